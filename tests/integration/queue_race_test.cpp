// The picture of states, walked exhaustively on a real database: every arrow works, every other pair is refused and changes nothing, and of
// a hundred callers who take the same arrow at once exactly one does.

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "queue/lifecycle.hpp"
#include "tests/integration/queue_fixture.hpp"

namespace spm::test {
namespace {

using queue::Status;

constexpr int kCallers = 100;

std::vector<Status> all_statuses() {
  std::vector<Status> all;
  for (int i = 0; i <= static_cast<int>(Status::Superseded); ++i) all.push_back(static_cast<Status>(i));
  return all;
}

class Lifecycle : public QueueFixture {
 protected:
  Lifecycle() {
    rows.scored({.name = "USN-1-1"});
    rows.scored({.name = "USN-1-2"});
    item = rows.item("USN-1-1");
  }

  // Whatever way leads there; the columns that a state needs are filled.
  void put(Status status) {
    (void)database.query(
        "UPDATE patch_test_queue SET status = '" + std::string(to_string(status)) +
        "', retry_after = now(), snooze_until = now(), pending_since = now(), completed_at = now(), failure_phase = 'patch', "
        "failure_class = 'patch', failure_reason = 'x', superseded_by = 'USN-1-2'");
  }
  queue::Change change(Status from, Status to) {
    queue::Change made{.item = item, .from = from, .to = to, .actor = "test", .from_address = "", .reason = "", .at = clock.now()};
    made.failure = queue::Failure{"services", queue::FailureClass::Regression, "ssh is down"};
    made.retry_after = made.snooze_until = clock.now() + std::chrono::hours(1);
    made.superseded_by = AdvisoryName{"USN-1-2"};
    return made;
  }
  Result<Status> take(Status from, Status to) {
    db::Tx tx(pool());
    auto moved = queue::advance(tx, change(from, to));
    if (moved) tx.commit();
    return moved;
  }
  Status status() { return rows.read(item).status; }
  std::size_t audit_lines() { return rows.audited(item).size(); }

  QueueId item;
};

TEST_F(Lifecycle, EveryArrowWorksAndEveryOtherPairIsRefusedAndChangesNothing) {
  for (const Status from : all_statuses()) {
    for (const Status to : all_statuses()) {
      SCOPED_TRACE(std::string(to_string(from)) + " to " + std::string(to_string(to)));
      put(from);
      const auto before = audit_lines();
      const auto moved = take(from, to);
      EXPECT_EQ(moved.has_value(), queue::is_allowed(from, to));
      EXPECT_EQ(status(), queue::is_allowed(from, to) ? to : from);
      EXPECT_EQ(audit_lines() - before, queue::is_allowed(from, to) ? 1U : 0U) << "one line for a change, none for a refusal";
      if (!moved) {
        EXPECT_EQ(moved.error().code, ErrorCode::InvalidTransition);
      }
    }
  }
}

TEST_F(Lifecycle, OfAHundredCallersExactlyOneTakesAnArrow) {
  for (const auto& arrow : queue::transitions()) {
    SCOPED_TRACE(std::string(to_string(arrow.from)) + " to " + std::string(to_string(arrow.to)));
    put(arrow.from);
    const auto before = audit_lines();
    std::latch ready(kCallers);
    std::atomic<int> won = 0;
    std::atomic<int> conflicts = 0;
    {
      std::vector<std::jthread> callers;
      for (int i = 0; i < kCallers; ++i) {
        callers.emplace_back([&] {
          ready.arrive_and_wait();
          const auto moved = take(arrow.from, arrow.to);
          if (moved) ++won;
          if (!moved && moved.error().code == ErrorCode::Conflict) ++conflicts;
        });
      }
    }
    EXPECT_EQ(won, 1);
    EXPECT_EQ(conflicts, kCallers - 1);
    EXPECT_EQ(status(), arrow.to);
    EXPECT_EQ(audit_lines() - before, 1U);
  }
}

// Approve, reject and snooze at once: one decision, not three.
TEST_F(Lifecycle, OfCallersWhoWantDifferentThingsExactlyOneWins) {
  constexpr std::array kWanted{Status::Approved, Status::Rejected, Status::Snoozed};
  put(Status::PendingApproval);
  std::latch ready(kCallers);
  std::atomic<int> won = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&, to = kWanted[static_cast<std::size_t>(i) % kWanted.size()]] {
        ready.arrive_and_wait();
        if (take(Status::PendingApproval, to)) ++won;
      });
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_NE(status(), Status::PendingApproval);
}

}  // namespace
}  // namespace spm::test
