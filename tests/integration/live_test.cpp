// What happens, over all topics: as a page, as a stream, and only what the caller may see.

#include "live/live.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "notifications/notifications.hpp"
#include "outbox/outbox.hpp"
#include "tests/integration/queue_rows.hpp"
#include "tests/integration/scoped_caller.hpp"

namespace spm::live {
namespace {

using test::each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Live : public testing::Test {
 protected:
  void happens(const std::string& topic, const std::string& type, std::optional<std::int64_t> system = std::nullopt) {
    db::Tx tx(database.pool());
    json::object payload{{"type", type}};
    if (system) payload["system_id"] = *system;
    outbox::publish(tx, {.topic = topic, .queue_id = {}, .test_id = {}, .payload = payload, .at = clock.now()});
    tx.commit();
  }
  void happens(const std::string& topic, const std::string& type, QueueId item, std::optional<TestId> run = std::nullopt) {
    db::Tx tx(database.pool());
    outbox::publish(tx, {.topic = topic, .queue_id = item, .test_id = run, .payload = {{"type", type}}, .at = clock.now()});
    tx.commit();
  }
  http::Response stream(const std::string& query = "", const std::string& last_id = "") {
    http::Request request;
    request.method = http::Method::Get;
    request.path = "/api/v1/events";
    request.query = http::parse_query(query).value();
    request.headers.emplace("Accept", "text/event-stream");
    if (!last_id.empty()) request.headers.emplace("Last-Event-ID", last_id);
    return caller.send(std::move(request));
  }
  http::Response page(const std::string& query = "") { return caller.get("/api/v1/events", query); }

  test::TestDatabase database;
  test::ManualClock clock;
  test::QueueRows rows{database.pool(), clock};
  test::ScopedCaller caller{endpoints(database.pool(), clock, [] { return json::object{{"health", "well"}}; }), clock};
};

TEST_F(Live, AStreamBeginsNowAndNamesEventsAfterTheirTopic) {
  happens("queue", "queue.added");
  auto live = stream();
  ASSERT_EQ(live.status, 200) << live.body;
  EXPECT_THAT(live.body, HasSubstr("event: ready\ndata: {\"last_id\":1}"));
  EXPECT_EQ(live.next_piece().text, "") << "what was before is not news";
  happens("system", "system.released");
  EXPECT_THAT(live.next_piece().text, AllOf(HasSubstr("id: 2\nevent: system\ndata: {"), HasSubstr("\"type\":\"system.released\"")));
  EXPECT_EQ(live.next_piece().text, "") << "nothing twice";
}

TEST_F(Live, AStreamIsResumedBehindTheLastEvent) {
  for (int i = 0; i < 3; ++i) happens("queue", "queue.added");
  auto live = stream("", "2");
  EXPECT_THAT(live.next_piece().text, AllOf(HasSubstr("id: 3\n"), Not(HasSubstr("id: 2\n"))));
}

TEST_F(Live, AStreamEndsSoThatItsReaderIsAuthenticatedAnew) {
  auto live = stream();
  EXPECT_FALSE(live.next_piece().is_last);
  clock.advance(std::chrono::minutes(10));
  EXPECT_TRUE(live.next_piece().is_last);
}

TEST_F(Live, TellsEveryFifteenSecondsWhatAgesWithoutAnEvent) {
  auto live = stream();
  auto of_one_topic = stream("topics=queue");
  clock.advance(std::chrono::seconds(14));
  EXPECT_EQ(live.next_piece().text, "");
  clock.advance(std::chrono::seconds(1));
  happens("system", "system.released");
  EXPECT_THAT(live.next_piece().text, AllOf(HasSubstr("event: pulse\ndata: {\"health\":\"well\"}\n\n"), HasSubstr("system.released")))
      << "also when there is much to tell besides";
  EXPECT_EQ(live.next_piece().text, "");
  EXPECT_EQ(of_one_topic.next_piece().text, ":\n\n") << "nothing but its topic, and a sign of life";
}

TEST_F(Live, TopicsAndPages) {
  for (const auto* topic : {"queue", "test", "sync"}) happens(topic, std::string(topic) + ".x");
  EXPECT_THAT(each(page(), "topic"), ElementsAre("queue", "test", "sync"));
  EXPECT_THAT(each(page("limit=1"), "topic"), ElementsAre("sync")) << "the newest";
  EXPECT_THAT(each(page("after=0&limit=1"), "topic"), ElementsAre("queue"));
  EXPECT_THAT(each(page("topics=queue&topics=sync"), "topic"), ElementsAre("queue", "sync"));
  EXPECT_EQ(test::body_of(page("after=3")).at("last_id"), json::value(3));
  EXPECT_EQ(page("topics=weather").status, 400);
}

TEST_F(Live, EventsOfSystemsOutsideOfTheScopeAreLeftOut) {
  rows.system({.id = 1});
  rows.system({.id = 2});
  (void)database.query("UPDATE systems SET groups = '{web}' WHERE id = 1 RETURNING 'x' AS value");
  happens("system", "system.changed", 1);
  happens("system", "system.changed", 2);
  happens("sync", "sync.finished");
  caller.principal.scope.groups = {"web"};
  EXPECT_THAT(each(page(), "id"), ElementsAre("1", "3"));
  EXPECT_THAT(stream("after=0").next_piece().text, AllOf(HasSubstr("id: 1\n"), Not(HasSubstr("id: 2\n")), HasSubstr("id: 3\n")));
}

TEST_F(Live, EventsOfItemsAndTestsOutsideOfTheScopeAreLeftOut) {
  rows.system({.id = 1});
  rows.system({.id = 2, .role = "production"});
  (void)database.query("UPDATE systems SET groups = '{web}' WHERE id = 2 RETURNING 'x' AS value");
  for (const auto* name : {"USN-1-1", "USN-2-1"}) rows.scored({.name = name});
  rows.applicable(2, "USN-1-1");
  const auto inside = rows.item("USN-1-1", {queue::Status::Testing});
  const auto outside = rows.item("USN-2-1", {queue::Status::Testing});
  const auto run_inside = rows.test_run(inside, 1, "passed");
  const auto run_outside = rows.test_run(outside, 1, "passed");
  const auto begin = test::body_of(page("limit=1")).at("last_id").to_number<std::int64_t>();
  happens("approval", "approval.decided", inside);
  happens("approval", "approval.decided", outside);
  happens("test", "test.started", inside, run_inside);
  happens("test", "test.started", outside, run_outside);
  caller.principal.scope.groups = {"web"};
  const auto after = "after=" + std::to_string(begin);
  EXPECT_THAT(each(page(after), "queue_id"), ElementsAre(std::to_string(inside.value), std::to_string(inside.value)))
      << "its test ran on a system that the caller does not see";
  EXPECT_THAT(stream(after).next_piece().text, Not(HasSubstr("\"queue_id\":" + std::to_string(outside.value) + ",")));
}

TEST_F(Live, ChangesOfTheConfigurationAreForThoseWhoMayReadIt) {
  happens("config", "config.changed");
  happens("sync", "sync.finished");
  caller.principal.permissions = {access::Permission::ReadState};
  EXPECT_THAT(each(page(), "topic"), ElementsAre("sync"));
}

TEST_F(Live, ANoticeRingsForThoseWhoMaySeeIt) {
  rows.system({.id = 1});
  rows.system({.id = 2});
  (void)database.query("UPDATE systems SET groups = '{web}' WHERE id = 1");
  for (const int system : {1, 2}) {
    db::Tx tx(database.pool());
    notifications::raise(tx, {.kind = notifications::Kind::SystemQuarantined, .system = SystemId{system}}, clock.now());
    tx.commit();
  }
  {
    db::Tx tx(database.pool());
    notifications::raise(tx, {.kind = notifications::Kind::UserLockedOut, .subject = "eve"}, clock.now());
    tx.commit();
  }
  EXPECT_THAT(each(page("topics=notification"), "kind"), ElementsAre("system_quarantined", "system_quarantined", "user_locked_out"));
  caller.principal.permissions = {access::Permission::ReadState};
  EXPECT_THAT(each(page(), "kind"), ElementsAre("system_quarantined", "system_quarantined"));
  caller.principal.scope.groups = {"web"};
  EXPECT_THAT(each(page(), "id"), ElementsAre("1"));
  EXPECT_THAT(stream("after=0").next_piece().text, AllOf(HasSubstr("id: 1\nevent: notification\n"), Not(HasSubstr("id: 2\n"))));
}

}  // namespace
}  // namespace spm::live
