// Periodic jobs among several orchestrators: who runs what, and what happens when one of them dies.

#include "scheduler/scheduler.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "scheduler/claims.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::scheduler {
namespace {

using test::eventually;
using test::ManualClock;
using test::TestDatabase;
using namespace std::chrono_literals;

class Claims : public testing::Test {
 protected:
  std::optional<Claim> claim(const std::string& node) { return claim_due(*database_.pool().acquire(), {"job"}, node, clock_.now(), 15s); }
  db::Row row() {
    rows_ = database_.query("SELECT * FROM periodic_jobs WHERE name = 'job'");
    return (*rows_)[0];
  }
  void SetUp() override { register_job(*database_.pool().acquire(), "job", 60s, clock_.now()); }

  TestDatabase database_;
  ManualClock clock_;
  std::optional<db::Rows> rows_;
};

TEST_F(Claims, GiveADueTimeToOneNodeOnly) {
  const auto first = claim("a");
  ASSERT_TRUE(first);
  EXPECT_FALSE(claim("b"));
  EXPECT_TRUE(finish(*database_.pool().acquire(), *first, Outcome::Succeeded, "", clock_.now()));
  EXPECT_FALSE(claim("b"));
  clock_.advance(60s);
  EXPECT_TRUE(claim("b"));
}

TEST_F(Claims, KeepTheirGridAndSkipMissedTimes) {
  const Time start = clock_.now();
  clock_.advance(150s);
  ASSERT_TRUE(claim("a"));
  EXPECT_EQ(row().time("next_run_at"), start + 180s);
}

TEST_F(Claims, OfADeadNodeRunOutAndAreFenced) {
  auto dead = claim("dead");
  ASSERT_TRUE(dead);
  clock_.advance(15s);
  EXPECT_FALSE(claim("b"));
  clock_.advance(1ms);
  const auto heir = claim("b");
  ASSERT_TRUE(heir);
  EXPECT_FALSE(renew(*database_.pool().acquire(), *dead, clock_.now() + 15s));
  EXPECT_FALSE(finish(*database_.pool().acquire(), *dead, Outcome::Succeeded, "", clock_.now()));
  EXPECT_TRUE(finish(*database_.pool().acquire(), *heir, Outcome::Failed, "UYUNI is away", clock_.now()));
  EXPECT_EQ(row().text("last_result"), "failed");
  EXPECT_EQ(row().text("last_error"), "UYUNI is away");
}

TEST_F(Claims, AreKeptByRenewing) {
  auto held = claim("a");
  for (int i = 0; i < 5; ++i) {
    clock_.advance(10s);
    EXPECT_TRUE(renew(*database_.pool().acquire(), *held, clock_.now() + 15s));
    EXPECT_FALSE(claim("b"));
  }
}

TEST_F(Claims, DoNotSwallowATriggerThatComesWhileTheJobRuns) {
  const auto running = claim("a");
  {
    db::Tx tx(database_.pool());
    EXPECT_TRUE(trigger(tx, "job", clock_.now()));
    EXPECT_FALSE(trigger(tx, "absent", clock_.now()));
    tx.commit();
  }
  EXPECT_FALSE(claim("b"));
  EXPECT_TRUE(finish(*database_.pool().acquire(), *running, Outcome::Succeeded, "", clock_.now()));
  EXPECT_TRUE(claim("b"));
}

TEST_F(Claims, ThatAreGivenBackAreDueAtOnce) {
  const auto stopped = claim("a");
  EXPECT_TRUE(give_back(*database_.pool().acquire(), *stopped, clock_.now()));
  EXPECT_TRUE(claim("b"));
}

TEST_F(Claims, FollowAShorterInterval) {
  const auto first = claim("a");
  finish(*database_.pool().acquire(), *first, Outcome::Succeeded, "", clock_.now());
  register_job(*database_.pool().acquire(), "job", 10s, clock_.now());
  clock_.advance(10s);
  EXPECT_TRUE(claim("a"));
}

// A node may read the clock, wait long for a connection, and register only when the others have moved on.
TEST_F(Claims, AreNotRepeatedBecauseANodeRegistersLate) {
  const Time read_early = clock_.now();
  for (int minute = 0; minute < 3; ++minute) {
    const auto served = claim("a");
    ASSERT_TRUE(served);
    ASSERT_TRUE(finish(*database_.pool().acquire(), *served, Outcome::Succeeded, "", clock_.now()));
    if (minute < 2) clock_.advance(60s);
  }
  register_job(*database_.pool().acquire(), "job", 60s, read_early);
  EXPECT_FALSE(claim("b"));
}

class TwoSchedulers : public testing::Test {
 protected:
  Scheduler scheduler(const std::string& node, std::function<void(std::stop_token)> run) {
    return {database_.pool(), clock_, Options{node, 15s, 2ms}, {{"job", 60s, std::move(run)}}};
  }
  std::int64_t finished() {
    return database_
        .query(
            "SELECT count(*) AS n FROM periodic_jobs WHERE last_finished_at = "
            "last_started_at AND claimed_by IS NULL")[0]
        .integer("n");
  }

  TestDatabase database_;
  ManualClock clock_;
  std::atomic<int> runs_{0};
};

TEST_F(TwoSchedulers, RunEachDueTimeOnce) {
  auto a = scheduler("a", [&](const std::stop_token&) { ++runs_; });
  auto b = scheduler("b", [&](const std::stop_token&) { ++runs_; });
  a.start();
  b.start();
  for (int minute = 1; minute <= 20; ++minute) {
    ASSERT_TRUE(eventually([&] { return runs_ >= minute && finished() == 1; }));
    ASSERT_EQ(runs_, minute);
    clock_.advance(60s);
  }
  a.stop();
  b.stop();
}

TEST_F(TwoSchedulers, RecordAFailureAndGoOn) {
  auto a = scheduler("a", [&](const std::stop_token&) {
    if (++runs_ == 1) throw std::runtime_error("UYUNI is away");
  });
  a.start();
  ASSERT_TRUE(eventually([&] { return runs_ == 1 && finished() == 1; }));
  EXPECT_EQ(database_.query("SELECT last_error FROM periodic_jobs")[0].text("last_error"), "UYUNI is away");
  EXPECT_TRUE(a.trigger("job"));
  EXPECT_FALSE(a.trigger("absent"));
  ASSERT_TRUE(eventually([&] { return runs_ == 2 && finished() == 1; }));
  EXPECT_TRUE(database_.query("SELECT last_error FROM periodic_jobs")[0].is_null("last_error"));
}

TEST_F(TwoSchedulers, HandOverWhenOneStops) {
  const auto until_stopped = [&](const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    ++runs_;
    std::condition_variable_any().wait(lock, stop, [] { return false; });
  };
  auto a = scheduler("a", until_stopped);
  a.start();
  ASSERT_TRUE(eventually([&] { return runs_ == 1; }));
  a.stop();
  auto b = scheduler("b", [&](const std::stop_token&) { ++runs_; });
  b.start();
  EXPECT_TRUE(eventually([&] { return runs_ == 2; }));
}

TEST_F(TwoSchedulers, StopAJobWhoseClaimWasTaken) {
  std::atomic<bool> was_stopped{false};
  auto a = scheduler("a", [&](const std::stop_token& stop) {
    ++runs_;
    was_stopped = eventually([&] { return stop.stop_requested(); });
  });
  a.start();
  ASSERT_TRUE(eventually([&] { return runs_ == 1; }));
  database_.query("UPDATE periodic_jobs SET claim = claim + 1, claimed_by = 'b'");
  clock_.advance(10s);
  EXPECT_TRUE(eventually([&] { return was_stopped.load(); }));
}

TEST_F(TwoSchedulers, SurviveALostDatabase) {
  auto a = scheduler("a", [&](const std::stop_token&) { ++runs_; });
  a.start();
  ASSERT_TRUE(eventually([&] { return runs_ == 1 && finished() == 1; }));
  test::cluster().crash();
  clock_.advance(60s);
  const auto back = test::cluster().start_again();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(eventually([&] { return runs_ == 2; }));
}

}  // namespace
}  // namespace spm::scheduler
