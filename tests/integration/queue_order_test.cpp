// How items move, in which order they are tested, what comes back by itself, and what happens when two want the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "tests/integration/queue_fixture.hpp"

namespace spm {
namespace {

using http::Method;
using queue::Mode;
using queue::Status;
using testing::HasSubstr;

class QueueOrder : public test::QueueFixture {};

// ---------------------------------------------------------------- moving

TEST_F(QueueOrder, AdvanceRefusesAnArrowThatThePictureDoesNotHave) {
  rows.scored({.name = "USN-1-1"});
  const QueueId id = rows.item("USN-1-1");
  db::Tx tx(pool());
  const auto moved = queue::advance(
      tx,
      {.item = id, .from = Status::Queued, .to = Status::Approved, .actor = "test", .from_address = "", .reason = "", .at = clock.now()});
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::InvalidTransition);
}

TEST_F(QueueOrder, AdvanceTellsAFasterOneFromAMissingItem) {
  rows.scored({.name = "USN-1-1"});
  const QueueId id = rows.item("USN-1-1", {Status::Testing});
  db::Tx tx(pool());
  queue::Change change{
      .item = id, .from = Status::Queued, .to = Status::Testing, .actor = "test", .from_address = "", .reason = "", .at = clock.now()};
  const auto late = queue::advance(tx, change);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Conflict);
  EXPECT_THAT(late.error().message, HasSubstr("is testing now, not queued"));
  change.item = QueueId{987654};
  const auto missing = queue::advance(tx, change);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
}

TEST_F(QueueOrder, EveryTransitionFitsTheConstraintsOfTheTable) {
  int number = 0;
  for (const queue::Transition& transition : queue::transitions()) {
    // A way from queued to `from`, then the arrow itself: breadth first over the table.
    std::map<Status, std::vector<Status>> ways{{Status::Queued, {}}};
    std::vector<Status> open{Status::Queued};
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (const queue::Transition& step : queue::transitions()) {
        if (step.from != open[i] || ways.contains(step.to)) continue;
        ways[step.to] = ways[open[i]];
        ways[step.to].push_back(step.to);
        open.push_back(step.to);
      }
    }
    SCOPED_TRACE(std::string(to_string(transition.from)) + " -> " + std::string(to_string(transition.to)));
    const std::string name = "USN-" + std::to_string(++number) + "-1";
    rows.scored({.name = name});
    const QueueId id = rows.item(name, ways.at(transition.from));
    rows.move(id, transition.to);
    EXPECT_EQ(rows.read(id).status, transition.to);
  }
}

TEST_F(QueueOrder, AdvanceKeepsTheTimesAndTheFailureOfAnItem) {
  rows.scored({.name = "USN-1-1"});
  const QueueId id = rows.item("USN-1-1", {Status::Testing, Status::RetryPending});
  queue::Item item = rows.read(id);
  EXPECT_EQ(item.retry_count, 1);
  EXPECT_EQ(item.started_at, clock.now());
  ASSERT_TRUE(item.failure);
  EXPECT_EQ(item.failure->reason, "ssh is down");
  rows.move(id, Status::Queued);
  item = rows.read(id);
  EXPECT_TRUE(item.failure) << "why it is tried again can be seen";
  EXPECT_EQ(item.retry_after, std::nullopt);
  rows.move(id, Status::Testing);
  EXPECT_FALSE(rows.read(id).failure);
  rows.move(id, Status::Failed);
  EXPECT_EQ(rows.read(id).completed_at, clock.now());
  rows.move(id, Status::Queued);
  item = rows.read(id);
  EXPECT_EQ(item.retry_count, 0) << "a person asked: the retries start anew";
  EXPECT_EQ(item.completed_at, std::nullopt);
}

TEST_F(QueueOrder, OneOfAHundredThreadsMovesTheItem) {
  rows.scored({.name = "USN-1-1"});
  const QueueId id = rows.item("USN-1-1");
  std::atomic<int> won = 0;
  std::atomic<int> conflicts = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 100; ++i) {
      threads.emplace_back([&] {
        db::Tx tx(pool());
        const auto moved = queue::advance(tx, {.item = id,
                                               .from = Status::Queued,
                                               .to = Status::Testing,
                                               .actor = "engine",
                                               .from_address = "",
                                               .reason = "",
                                               .at = clock.now()});
        if (moved) {
          tx.commit();
          ++won;
        } else if (moved.error().code == ErrorCode::Conflict) {
          ++conflicts;
        }
      });
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(conflicts, 99);
}

// ---------------------------------------------------------------- order

TEST_F(QueueOrder, SqlAndRulesAgreeOnTheOrder) {
  std::mt19937 random(20260302);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  std::vector<queue::OrderKey> keys;
  for (int i = 0; i < 120; ++i) {
    const std::string name = "USN-" + std::to_string(i) + "-1";
    rows.scored({.name = name}, pick(0, 4) * 25, pick(0, 3) * 100.0 / 3, pick(0, 3) == 0);
    const QueueId id = rows.item(name);
    if (pick(0, 4) == 0) one(Method::Patch, id, json::object{{"priority_override", pick(-2, 2)}});
    const queue::Item item = rows.read(id);
    keys.push_back({item.priority_override, item.requires_reboot, item.success_score, item.urgency_score, item.id.value});
  }
  for (const Mode mode : {Mode::Safest, Mode::Security, Mode::Smart}) {
    SCOPED_TRACE(to_string(mode));
    rows.config("queue.mode", json::string(to_string(mode)));
    std::sort(keys.begin(), keys.end(), [mode](const auto& a, const auto& b) { return comes_before(a, b, mode); });
    const auto first = in_tx([&](db::Tx& tx) { return queue::next(tx, "ubuntu", mode); });
    ASSERT_TRUE(first);
    EXPECT_EQ(first->id.value, keys.front().id);
    // Walks the list by its cursor, in pages that do not divide it.
    std::multimap<std::string, std::string> query{{"limit", "17"}};
    std::size_t place = 0;
    while (true) {
      const auto page = caller.call(Method::Get, "/api/v1/queue", nullptr, query);
      ASSERT_EQ(page.status, 200) << page.message;
      for (const json::value& item : page.body.at("items").as_array()) {
        ASSERT_EQ(item.at("id").as_int64(), keys.at(place).id) << "at place " << place;
        EXPECT_EQ(item.at("position").as_int64(), static_cast<std::int64_t>(++place));
      }
      if (page.body.at("next_cursor").is_null()) break;
      query = {{"limit", "17"}, {"cursor", std::string(page.body.at("next_cursor").as_string())}};
    }
    EXPECT_EQ(place, keys.size());
  }
}

TEST_F(QueueOrder, NextPassesOverWhatAnotherTransactionHolds) {
  rows.scored({.name = "USN-1-1"}, 90);
  rows.scored({.name = "USN-2-1"}, 80);
  const QueueId first = rows.item("USN-1-1");
  const QueueId second = rows.item("USN-2-1");
  db::Tx one_tx(pool());
  db::Tx other_tx(pool());
  db::Tx third_tx(pool());
  EXPECT_EQ(queue::next(one_tx, "ubuntu", Mode::Safest)->id, first);
  EXPECT_EQ(queue::next(other_tx, "ubuntu", Mode::Safest)->id, second);
  EXPECT_FALSE(queue::next(third_tx, "ubuntu", Mode::Safest));
  EXPECT_FALSE(queue::next(third_tx, "rhel", Mode::Safest));
}

TEST_F(QueueOrder, NextFindsOnlyRetriesWhenAskedForThem) {
  rows.scored({.name = "USN-1-1"}, 90);
  rows.scored({.name = "USN-2-1"}, 80);
  rows.item("USN-1-1");
  const QueueId retry = rows.item("USN-2-1", {Status::Testing, Status::RetryPending});
  clock.advance(std::chrono::hours(1));
  in_tx([&](db::Tx& tx) { return queue::return_retries(tx, clock.now()); });
  db::Tx tx(pool());
  EXPECT_EQ(queue::next(tx, "ubuntu", Mode::Safest, queue::Which::AutostartOnly)->id, retry);
}

TEST_F(QueueOrder, PositionsCountWithinAnOperatingSystem) {
  rows.scored({.name = "USN-1-1"}, 90);
  rows.scored({.name = "RHSA-2026:0001", .target_os = "rhel"}, 80);
  const QueueId ubuntu = rows.item("USN-1-1");
  const QueueId rhel = rows.item("RHSA-2026:0001", {}, "rhel");
  db::Tx tx(pool());
  EXPECT_EQ(queue::position(tx, ubuntu, Mode::Safest), 1);
  EXPECT_EQ(queue::position(tx, rhel, Mode::Safest), 1);
}

TEST_F(QueueOrder, FollowsChangedScores) {
  rows.scored({.name = "USN-1-1"}, 90);
  rows.erratum({.name = "USN-2-1"});
  rows.profile({.name = "USN-2-1", .success_score = 80});
  rows.item("USN-1-1");
  const QueueId id = rows.item("USN-2-1");
  rows.rescore("USN-2-1", 95);
  EXPECT_EQ(in_tx([&](db::Tx& tx) { return queue::refresh_scores(tx, clock.now()); }), 1);
  db::Tx tx(pool());
  EXPECT_EQ(queue::position(tx, id, Mode::Safest), 1);
}

// ---------------------------------------------------------------- by itself

TEST_F(QueueOrder, SnoozedItemsAndRetriesComeBackInTime) {
  rows.scored({.name = "USN-1-1"});
  rows.scored({.name = "USN-2-1"});
  const QueueId snoozed = rows.item("USN-1-1", {Status::Testing, Status::PendingApproval, Status::Snoozed});
  const QueueId retry = rows.item("USN-2-1", {Status::Testing, Status::RetryPending});
  const auto moved = [&] {
    return in_tx([&](db::Tx& tx) { return std::pair{queue::return_snoozed(tx, clock.now()), queue::return_retries(tx, clock.now())}; });
  };
  EXPECT_EQ(moved(), (std::pair<std::int64_t, std::int64_t>{0, 0}));
  clock.advance(std::chrono::minutes(30));
  EXPECT_EQ(moved(), (std::pair<std::int64_t, std::int64_t>{0, 1}));
  EXPECT_EQ(rows.read(retry).status, Status::Queued);
  EXPECT_TRUE(rows.read(retry).autostart);
  clock.advance(std::chrono::days(3));
  EXPECT_EQ(moved(), (std::pair<std::int64_t, std::int64_t>{1, 0}));
  EXPECT_EQ(rows.read(snoozed).status, Status::PendingApproval);
  EXPECT_EQ(rows.read(snoozed).pending_since, clock.now());
}

}  // namespace
}  // namespace spm
