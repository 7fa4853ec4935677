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
  std::vector<StoredEvent> read(std::int64_t after, const std::vector<std::string>& topics = {}) {
    return read_after(database_.pool(), after, topics, 1000);
  }
  TestDatabase database_;
  test::ManualClock clock_;
};

TEST_F(Outbox, KeepsWhatWasCommittedAlone) {
  {
    db::Tx tx(database_.pool());
    publish(tx, {.topic = "test", .queue_id = QueueId{7}, .test_id = TestId{17}, .payload = {{"phase", "patch"}}, .at = clock_.now()});
    tx.commit();
  }
  {
    db::Tx tx(database_.pool());
    publish(tx, {.topic = "queue", .at = clock_.now()});
  }
  const auto events = read(0);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].event.topic, "test");
  EXPECT_EQ(events[0].event.queue_id, QueueId{7});
  EXPECT_EQ(events[0].event.payload, (json::object{{"phase", "patch"}}));
  EXPECT_EQ(events[0].event.at, clock_.now());
  EXPECT_THAT(read(0, {"queue", "sync"}), IsEmpty());
  EXPECT_THAT(read(events[0].id), IsEmpty());
  EXPECT_THAT(read_test(database_.pool(), TestId{17}, 0, 10), SizeIs(1));
  EXPECT_THAT(read_test(database_.pool(), TestId{18}, 0, 10), IsEmpty());
}

TEST_F(Outbox, DoesNotShowAnEventBeforeAnOlderOneIsSettled) {
  auto slow = std::make_unique<db::Tx>(database_.pool());
  publish(*slow, {.topic = "test", .at = clock_.now()});
  db::Tx fast(database_.pool());
  publish(fast, {.topic = "queue", .at = clock_.now()});
  fast.commit();
  EXPECT_THAT(read(0), IsEmpty());
  slow->commit();
  EXPECT_THAT(read(0), SizeIs(2));
}

TEST_F(Outbox, GoesOnAfterAPublisherThatRolledBack) {
  { publish(*std::make_unique<db::Tx>(database_.pool()), {.topic = "test", .at = clock_.now()}); }
  db::Tx tx(database_.pool());
  publish(tx, {.topic = "queue", .at = clock_.now()});
  tx.commit();
  EXPECT_THAT(read(0), SizeIs(1));
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
          publish(tx, {.topic = "test", .at = clock_.now()});
          publish(tx, {.topic = "queue", .at = clock_.now()});
          tx.commit();
        }
      });
    }
    std::int64_t last = 0;
    EXPECT_TRUE(test::eventually([&] {
      for (const auto& stored : read(last)) {
        EXPECT_GT(stored.id, last);
        last = stored.id;
        seen.insert(stored.id);
      }
      return seen.size() == 2 * kWriters * kEach;
    }));
  }
  EXPECT_THAT(seen, SizeIs(2 * kWriters * kEach));
}

TEST_F(Outbox, NotifiesAtCommit) {
  db::Connection listener(database_.conninfo());
  listener.run_script("LISTEN " + std::string(kChannel));
  db::Tx tx(database_.pool());
  publish(tx, {.topic = "test", .at = clock_.now()});
  EXPECT_EQ(listener.wait_for_notification(1ms), std::nullopt);
  tx.commit();
  EXPECT_EQ(listener.wait_for_notification(10s), kChannel);
}

TEST_F(Outbox, AuditRowsBelongToTheirChange) {
  db::Tx tx(database_.pool());
  audit::append(tx, {.actor = "api-key:3f9a",
                     .action = "queue.add",
                     .subject_type = "queue_item",
                     .subject_id = "7",
                     .after = json::object{{"status", "queued"}},
                     .at = clock_.now()});
  tx.commit();
  const auto rows = database_.query("SELECT * FROM audit_log");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].is_null("before"));
  EXPECT_EQ(rows[0].json_value("after"), (json::value{{"status", "queued"}}));
}

}  // namespace
}  // namespace spm::outbox
