// Events and audit rows: in the transaction of their change, and read without gaps.

#include "outbox/outbox.hpp"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "audit/audit.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::outbox {
namespace {

using test::TestDatabase;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class Outbox : public testing::Test {
 protected:
  std::vector<Event> read_from(std::int64_t after, const std::vector<std::string>& topics = {}) {
    db::Tx tx(database_.pool());
    return read_after(tx, after, topics, 1000);
  }
  std::vector<Event> log_of(TestId test) {
    db::Tx tx(database_.pool());
    return of_test(tx, test, 10);
  }
  Event event(const std::string& topic) { return {topic, std::nullopt, std::nullopt, {}, clock_.now(), 0}; }

  TestDatabase database_;
  test::ManualClock clock_;
};

TEST_F(Outbox, KeepsWhatWasCommittedAlone) {
  {
    db::Tx tx(database_.pool());
    publish(tx, {"test", QueueId{7}, TestId{17}, {{"phase", "patch"}}, clock_.now(), 0});
    tx.commit();
  }
  {
    db::Tx tx(database_.pool());
    publish(tx, event("queue"));
  }
  const auto events = read_from(0);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].topic, "test");
  EXPECT_EQ(events[0].queue_id, QueueId{7});
  EXPECT_EQ(events[0].payload, (json::object{{"phase", "patch"}}));
  EXPECT_EQ(events[0].at, clock_.now());
  EXPECT_THAT(read_from(0, {"queue", "sync"}), IsEmpty());
  EXPECT_THAT(read_from(events[0].id), IsEmpty());
  EXPECT_THAT(log_of(TestId{17}), SizeIs(1));
  EXPECT_THAT(log_of(TestId{18}), IsEmpty());
}

TEST_F(Outbox, WhoComesBeforeTheVeryFirstEventSeesIt) {
  const auto begin = [&] {
    db::Tx tx(database_.pool());
    return position(tx);
  }();
  {
    db::Tx tx(database_.pool());
    publish(tx, event("queue"));
    tx.commit();
  }
  EXPECT_THAT(read_from(begin), SizeIs(1));
}

TEST_F(Outbox, DoesNotShowAnEventBeforeAnOlderOneIsSettled) {
  auto slow = std::make_unique<db::Tx>(database_.pool());
  publish(*slow, event("test"));
  db::Tx fast(database_.pool());
  publish(fast, event("queue"));
  fast.commit();
  EXPECT_THAT(read_from(0), IsEmpty());
  slow->commit();
  EXPECT_THAT(read_from(0), SizeIs(2));
}

TEST_F(Outbox, GoesOnAfterAPublisherThatRolledBack) {
  { publish(*std::make_unique<db::Tx>(database_.pool()), event("test")); }
  db::Tx tx(database_.pool());
  publish(tx, event("queue"));
  tx.commit();
  EXPECT_THAT(read_from(0), SizeIs(1));
}

TEST_F(Outbox, LosesNothingToAReaderThatFollows) {
  constexpr int kWriters = 4;
  constexpr int kEach = 50;
  std::set<std::int64_t> seen;
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          db::Tx tx(database_.pool());
          publish(tx, event("test"));
          publish(tx, event("queue"));
          tx.commit();
        }
      });
    }
    std::int64_t last = 0;
    EXPECT_TRUE(test::eventually([&] {
      for (const auto& stored : read_from(last)) {
        EXPECT_GT(stored.id, last);
        last = stored.id;
        seen.insert(stored.id);
      }
      return seen.size() == 2 * kWriters * kEach;
    }));
  }
  EXPECT_THAT(seen, SizeIs(2 * kWriters * kEach));
}

TEST_F(Outbox, AuditRowsBelongToTheirChange) {
  db::Tx tx(database_.pool());
  audit::append(
      tx, {"api-key:3f9a", "192.0.2.7", "queue.add", "queue_item", "7", nullptr, json::object{{"status", "queued"}}, "", clock_.now()});
  tx.commit();
  const auto rows = database_.query("SELECT * FROM audit_log");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].is_null("before"));
  EXPECT_EQ(rows[0].json_value("after"), (json::value{{"status", "queued"}}));
}

}  // namespace
}  // namespace spm::outbox
