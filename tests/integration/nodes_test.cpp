// Several orchestrators on one database: who they are, what wakes them, and the time that they share.

#include <gmock/gmock.h>

#include <atomic>

#include "cluster/cluster.hpp"
#include "db/database_clock.hpp"
#include "scheduler/scheduler.hpp"
#include "tests/integration/engine_fixture.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::test {
namespace {

class Nodes : public EngineTest {
 protected:
  json::object show() {
    const auto answer = Caller(cluster::endpoints(database.pool(), clock), clock).call(http::Method::Get, "/api/v1/cluster");
    EXPECT_EQ(answer.status, 200) << answer.message;
    return answer.body;
  }
  std::string state_of(const std::string& name) {
    const auto cluster = show();
    for (const auto& node : cluster.at("nodes").as_array()) {
      if (node.at("name").as_string() == name) return std::string(node.at("state").as_string());
    }
    return "not there";
  }
};

TEST_F(Nodes, AreShownAliveLostAndStopped) {
  const auto staying = cluster::Node{"node-a", "host-a", 1, "1.0"};
  cluster::Membership membership(database.pool(), clock, staying);
  membership.start(5001);
  ASSERT_TRUE(eventually([&] { return state_of("node-a") == "alive"; }));
  (void)database.query(
      "INSERT INTO nodes (name, host, pid, version, api_port, started_at, seen_at) VALUES ('node-b', 'host-b', 2, '1.0', 5001, "
      "'2026-11-23T07:59:00Z', '2026-11-23T07:59:00Z')");
  EXPECT_EQ(state_of("node-b"), "lost");
  membership.stop();
  EXPECT_EQ(state_of("node-a"), "stopped");
}

TEST_F(Nodes, ShowWhatTheyHoldAndTheJobs) {
  start_test();
  const auto one = runner("node-a", [&](std::string_view name) {
    if (name != "pre_check.answered") return;
    const auto leases = show().at("leases").as_array();
    ASSERT_EQ(leases.size(), 1U);
    EXPECT_EQ(leases[0].at("node").as_string(), "node-a");
    EXPECT_EQ(leases[0].at("phase").as_string(), "pre_check");
  });
  drive_until(*one, "snapshot");
  EXPECT_TRUE(show().at("leases").as_array().empty()) << "no step is being taken";

  scheduler::Scheduler scheduler(database.pool(), clock, {.node = "node-a"}, {{"tidy_up", std::chrono::hours(1), [](std::stop_token) {}}});
  scheduler.start();
  const auto has_run = [&] {
    const auto cluster = show();
    const auto& jobs = cluster.at("periodic_jobs").as_array();
    return jobs.size() == 1 && jobs[0].at("last_result") == json::value("succeeded");
  };
  EXPECT_TRUE(eventually(has_run));
}

TEST_F(Nodes, AreWokenByANewTestAndByAnAbort) {
  std::atomic<int> rings = 0;
  cluster::Doorbell doorbell(database.conninfo(), [&] { ++rings; });
  doorbell.start();
  ASSERT_TRUE(eventually([&] { return rings == 1; })) << "at the start it looks once";
  start_test();
  ASSERT_TRUE(eventually([&] { return rings == 2; }));
  (void)database.query("UPDATE patch_tests SET abort_requested_at = now(), abort_reason = 'enough'");
  EXPECT_TRUE(eventually([&] { return rings == 3; }));
  doorbell.stop();
}

// A clock that has just been set.
class JumpedClock final : public Clock {
 public:
  explicit JumpedClock(const Clock& clock) : clock_(clock) {}
  [[nodiscard]] Time now() const override { return clock_.now() + std::chrono::hours(1); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady_since() const override { return std::chrono::steady_clock::now(); }

 private:
  const Clock& clock_;
};

TEST_F(Nodes, TakeNothingOverOnTheWordOfAClockThatJumped) {
  start_test();
  bool taken_over = false;
  const JumpedClock jumped(clock);
  const auto owner = runner("node-a", [&](std::string_view name) {
    if (name != "pre_check.answered") return;
    engine::Runner other(database.pool(), jumped, ports(), settings, "node-b");
    taken_over = other.run_one();
  });
  ASSERT_TRUE(owner->run_one());
  EXPECT_FALSE(taken_over);
}

TEST(DatabaseClock, TellsTheDatabasesTime) {
  TestDatabase database;
  const db::DatabaseClock clock(database.conninfo());
  const auto told = database.query("SELECT clock_timestamp() AS now")[0].time("now");
  EXPECT_LT(std::chrono::abs(clock.now() - told), std::chrono::seconds(30)) << "loaded machines answer late, wrong clocks are wronger";
  EXPECT_LE(clock.steady_since(), std::chrono::steady_clock::now());
}

}  // namespace
}  // namespace spm::test
