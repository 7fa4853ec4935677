// What people are told: written with the change, for whoever may see it, read or not by each of them, and only while it is so.

#include "notifications/notifications.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "approvals/approvals.hpp"
#include "catalogue/sync.hpp"
#include "http/page.hpp"
#include "tests/integration/queue_rows.hpp"
#include "tests/integration/scoped_caller.hpp"

namespace spm::notifications {
namespace {

using http::Method;
using queue::Status;
using test::body_of;
using test::each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Notifications : public testing::Test {
 protected:
  Notifications() {
    rows.system({.id = 1});
    caller.principal = {"user:ada", access::all_permissions()};
  }

  // An item whose test passed, so that it waits for a decision.
  QueueId waiting(const std::string& name, const std::string& severity = "High") {
    rows.scored({.name = name, .severity = severity});
    const auto id = rows.item(name, {Status::Testing});
    rows.test_run(id, 1, "passed");
    rows.move(id, Status::PendingApproval);
    return id;
  }
  void happens(json::object payload) {
    db::Tx tx(pool());
    publish(tx, {.topic = "test", .queue_id = {}, .test_id = {}, .payload = std::move(payload), .at = clock.now()});
    tx.commit();
  }
  void test_ends(const std::string& result, const std::string& erratum = "USN-9-9", std::int64_t system = 1) {
    happens({{"type", "test.finished"},
             {"result", result},
             {"test_id", 5},
             {"system_id", system},
             {"errata_id", erratum},
             {"actor", "engine"},
             {"reason", "ssh is down"}});
  }
  void sync_ends(const std::string& status) {
    happens({{"type", "sync.finished"}, {"status", status}, {"source", "uyuni"}, {"reason", "no answer"}});
  }
  http::Response list(const std::string& query = "") { return caller.get("/api/v1/notifications", query); }
  std::int64_t unread() { return body_of(list()).at("unread").as_int64(); }
  http::Response mark(const json::object& body) { return caller.write(Method::Post, "/api/v1/notifications/mark-read", body); }
  http::Response mark_all() { return mark({{"up_to", body_of(list()).at("up_to")}}); }
  void as(const std::string& actor, access::Scope scope = {}) { caller.principal = {actor, access::all_permissions(), std::move(scope)}; }
  db::Pool& pool() { return database.pool(); }

  test::TestDatabase database;
  test::ManualClock clock{*parse_time("2026-03-02T09:15:00Z")};
  test::QueueRows rows{pool(), clock};
  test::ScopedCaller caller{endpoints(pool(), clock), clock};
};

TEST_F(Notifications, ADecisionThatWaitsIsTold) {
  const auto id = waiting("USN-1-1");
  const auto answer = body_of(list());
  ASSERT_EQ(answer.at("items").as_array().size(), 1U);
  const auto& notice = answer.at("items").at(0);
  EXPECT_EQ(notice.at("kind").as_string(), "decision_waiting");
  EXPECT_EQ(notice.at("subject_type").as_string(), "queue_item");
  EXPECT_EQ(notice.at("subject_id").as_string(), std::to_string(id.value));
  EXPECT_EQ(notice.at("errata_id").as_string(), "USN-1-1");
  EXPECT_EQ(notice.at("synopsis").as_string(), "fixes USN-1-1");
  EXPECT_EQ(notice.at("message").as_string(), "USN-1-1 passed its test and waits for a decision");
  EXPECT_EQ(notice.at("created_at").as_string(), "2026-03-02T09:15:00Z");
  EXPECT_FALSE(notice.at("read").as_bool());
  EXPECT_EQ(answer.at("unread").as_int64(), 1);
}

TEST_F(Notifications, WhatIsRolledBackIsNotTold) {
  {
    db::Tx tx(pool());
    publish(
        tx,
        {.topic = "test", .queue_id = {}, .test_id = {}, .payload = {{"type", "test.finished"}, {"result", "failed"}}, .at = clock.now()});
  }
  EXPECT_EQ(unread(), 0);
}

TEST_F(Notifications, EachPersonHasOwnMarks) {
  test_ends("failed");
  test_ends("aborted");
  const auto newest = body_of(list()).at("items").at(0).at("id");
  EXPECT_EQ(body_of(mark({{"ids", json::array{newest}}})), (json::object{{"marked", 1}, {"unread", 1}}));
  EXPECT_EQ(body_of(mark({{"ids", json::array{newest, 999999}}})), (json::object{{"marked", 0}, {"unread", 1}}))
      << "again, and what is not there";
  EXPECT_THAT(each(list(), "kind"), ElementsAre("test_failed"));
  as("user:bob");
  EXPECT_EQ(unread(), 2);
  EXPECT_EQ(body_of(mark_all()), (json::object{{"marked", 2}, {"unread", 0}}));
  as("user:ada");
  EXPECT_EQ(unread(), 1);
}

TEST_F(Notifications, UnreadOnesStandFirstOnEveryPage) {
  for (const auto* result : {"failed", "error", "aborted", "failed"}) test_ends(result);
  const auto kinds = each(list(), "kind");
  EXPECT_THAT(kinds, ElementsAre("test_failed", "test_aborted", "test_error", "test_failed"));
  const auto ids = each(list(), "id");
  (void)mark({{"ids", json::array{std::stoll(ids[0]), std::stoll(ids[2])}}});
  EXPECT_THAT(each(list("status=all"), "id"), ElementsAre(ids[1], ids[3], ids[0], ids[2]));
  EXPECT_THAT(each(list("status=all&limit=2&offset=1"), "id"), ElementsAre(ids[3], ids[0]));
  const auto first = list("status=all&limit=3");
  const auto second = list("status=all&limit=3&cursor=" + std::string(body_of(first).at("next_cursor").as_string()));
  EXPECT_THAT(each(second, "id"), ElementsAre(ids[2]));
  EXPECT_TRUE(body_of(second).at("next_cursor").is_null());
  EXPECT_EQ(body_of(first).at("total").as_int64(), 4);
  EXPECT_EQ(body_of(list("limit=1")).at("total").as_int64(), 2);
  EXPECT_EQ(list("cursor=" + http::encode_cursor({17})).status, 400) << "of another list";
}

TEST_F(Notifications, AreFilteredByKindAndSeverity) {
  test_ends("failed");
  test_ends("aborted");
  EXPECT_THAT(each(list("severity=warning"), "kind"), ElementsAre("test_failed"));
  EXPECT_THAT(each(list("kind=test_aborted"), "kind"), ElementsAre("test_aborted"));
  EXPECT_EQ(body_of(list("kind=test_aborted")).at("unread").as_int64(), 2) << "of all kinds";
  EXPECT_EQ(list("kind=weather").status, 400);
  EXPECT_EQ(list("status=read").status, 400);
}

TEST_F(Notifications, MarkingNeedsIdsOrAnEnd) {
  EXPECT_EQ(mark({}).status, 400);
  EXPECT_EQ(mark({{"ids", json::array{}}}).status, 400);
  EXPECT_EQ(mark({{"ids", json::array{1}}, {"up_to", 1}}).status, 400);
  EXPECT_EQ(mark({{"up_to", -1}}).status, 400);
}

TEST_F(Notifications, ADecisionSettlesWhatWaitedForIt) {
  const auto id = waiting("USN-1-1");
  (void)waiting("USN-2-1");
  EXPECT_EQ(unread(), 2);
  clock.advance(std::chrono::hours(1));
  rows.move(id, Status::Approved);
  EXPECT_THAT(each(list(), "errata_id"), ElementsAre("USN-2-1")) << "nobody has to look at it any more";
  const auto settled = body_of(list("status=all")).at("items").at(1);
  EXPECT_TRUE(settled.at("read").as_bool());
  EXPECT_EQ(settled.at("settled_at").as_string(), "2026-03-02T10:15:00Z");
}

TEST_F(Notifications, AnItemThatComesBackIsToldAgain) {
  const auto id = waiting("USN-1-1");
  (void)mark_all();
  rows.move(id, Status::Snoozed);
  EXPECT_EQ(unread(), 0);
  rows.move(id, Status::PendingApproval);
  EXPECT_THAT(each(list(), "kind"), ElementsAre("snooze_ended"));
}

TEST_F(Notifications, BreakGlassAndSecondApprovalsAreTold) {
  rows.config("policies.four_eyes_critical", true);
  const auto id = waiting("USN-1-1", "Critical");
  const auto path = "/api/v1/approvals/" + std::to_string(id.value);
  const auto decide_as = [&](const char* actor, const std::string& action, const json::object& body) {
    const test::Caller person{approvals::endpoints(pool(), clock), clock, {actor, access::all_permissions()}};
    EXPECT_EQ(person.call(Method::Post, path + "/" + action, body).status, 200);
  };
  decide_as("user:ada", "approve", {});
  EXPECT_THAT(each(list(), "kind"), ElementsAre("second_approval_waiting", "decision_waiting"));
  EXPECT_THAT(body_of(list()).at("items").at(0).at("message").as_string().c_str(), HasSubstr("user:ada"));
  decide_as("user:bob", "break-glass", {{"reason", "exploited on our hosts since noon"}});
  EXPECT_THAT(each(list(), "kind"), ElementsAre("break_glass")) << "the rest is settled";
  const auto loud = body_of(list()).at("items").at(0);
  EXPECT_EQ(loud.at("severity").as_string(), "critical");
  EXPECT_EQ(loud.at("actor").as_string(), "user:bob");
  EXPECT_EQ(loud.at("reason").as_string(), "exploited on our hosts since noon");
}

TEST_F(Notifications, ASyncThatFailsAllNightRingsOnce) {
  for (int i = 0; i < 5; ++i) sync_ends("failed");
  EXPECT_THAT(each(list(), "message"), ElementsAre("the synchronisation with uyuni failed: no answer"));
  sync_ends("succeeded");
  EXPECT_EQ(unread(), 0);
  sync_ends("failed");
  EXPECT_EQ(unread(), 1) << "a new trouble";
}

TEST_F(Notifications, AQuarantineIsToldUntilTheSystemIsReleased) {
  happens({{"type", "system.quarantined"}, {"system_id", 1}, {"test_id", 5}, {"reason", "libssl3 differs"}});
  EXPECT_THAT(each(list("severity=critical"), "message"), ElementsAre("host1 went into quarantine: libssl3 differs"));
  happens({{"type", "system.released"}, {"system_id", 1}});
  EXPECT_EQ(unread(), 0);
}

TEST_F(Notifications, AScopeHidesWhatIsOutside) {
  rows.system({.id = 2});
  (void)database.query("UPDATE systems SET groups = '{web}' WHERE id = 1");
  (void)database.query("UPDATE systems SET groups = '{db}' WHERE id = 2");
  rows.erratum({.name = "USN-2-1"});
  rows.applicable(1, "USN-2-1");
  test_ends("failed", "USN-9-9", 1);  // on the own system
  test_ends("failed", "USN-2-1", 2);  // elsewhere, of an erratum that the own system misses
  test_ends("error", "USN-9-9", 2);
  happens({{"type", "system.quarantined"}, {"system_id", 2}, {"reason", "no"}});
  (void)waiting("USN-3-1");
  sync_ends("failed");  // of the installation as a whole
  EXPECT_EQ(unread(), 6);
  const auto ids = each(list(), "id");
  as("user:web", {{}, {"web"}});
  EXPECT_THAT(each(list(), "kind"), ElementsAre("sync_failed", "test_failed", "test_failed"));
  EXPECT_EQ(body_of(list()).at("total").as_int64(), 3);
  EXPECT_EQ(body_of(list("status=all")).at("total").as_int64(), 3);
  EXPECT_EQ(unread(), 3);
  json::array all;
  for (const auto& id : ids) all.emplace_back(std::stoll(id));
  EXPECT_EQ(body_of(mark({{"ids", all}})), (json::object{{"marked", 3}, {"unread", 0}})) << "what is outside is not there";
  as("user:web2", {{}, {"web"}});
  EXPECT_EQ(body_of(mark_all()), (json::object{{"marked", 3}, {"unread", 0}}));
  as("user:ada");
  EXPECT_EQ(unread(), 6);
}

TEST_F(Notifications, LockedAccountsAreToldToThoseWhoManageUsers) {
  {
    db::Tx tx(pool());
    raise(tx, {.kind = Kind::UserLockedOut, .subject = "eve", .reason = "5 wrong passwords"}, clock.now());
    tx.commit();
  }
  EXPECT_THAT(each(list(), "subject_id"), ElementsAre("eve"));
  const auto id = body_of(list()).at("items").at(0).at("id");
  caller.principal.permissions = {access::Permission::ReadState};
  EXPECT_THAT(each(list("status=all"), "kind"), IsEmpty());
  EXPECT_THAT(each(list("kind=user_locked_out"), "kind"), IsEmpty());
  EXPECT_EQ(body_of(mark({{"ids", json::array{id}}})).at("marked").as_int64(), 0);
}

// Ids are given before transactions end: the list could show notice 12 before notice 11. "Mark all as read" must not hide 11.
TEST_F(Notifications, MarkingAllNeverHidesWhatNobodyWasShown) {
  db::Tx slow(pool());
  publish(slow,
          {.topic = "test", .queue_id = {}, .test_id = {}, .payload = {{"type", "test.finished"}, {"result", "error"}}, .at = clock.now()});
  test_ends("failed");
  const auto seen = body_of(list());
  ASSERT_EQ(seen.at("items").as_array().size(), 1U);
  slow.commit();
  (void)mark({{"up_to", seen.at("up_to")}});
  EXPECT_THAT(each(list(), "kind"), testing::Contains("test_error"));
}

TEST_F(Notifications, TwoWhoFindOutTheSameTellItOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([this] { sync_ends("failed"); });
  threads.clear();
  EXPECT_EQ(unread(), 1);
}

TEST_F(Notifications, ServiceLevelsAreToldAtHalfAndAtTheEnd) {
  const auto id = waiting("USN-1-1", "Critical");  // 7 days
  (void)mark_all();
  const auto tell = [&] {
    db::Tx tx(pool());
    const auto told = approvals::tell_deadlines(tx, clock.now());
    tx.commit();
    return told;
  };
  EXPECT_EQ(tell(), 0);
  clock.advance(std::chrono::hours(84));
  EXPECT_EQ(tell(), 1);
  EXPECT_EQ(tell(), 0) << "once";
  EXPECT_THAT(each(list(), "kind"), ElementsAre("decision_due_soon"));
  EXPECT_EQ(body_of(list()).at("items").at(0).at("due_at").as_string(), "2026-03-09T09:15:00Z");
  clock.advance(std::chrono::hours(84));
  EXPECT_EQ(tell(), 1);
  EXPECT_EQ(tell(), 0);
  EXPECT_THAT(each(list(), "kind"), ElementsAre("decision_overdue", "decision_due_soon"));
  EXPECT_THAT(each(list("severity=critical"), "subject_id"), ElementsAre(std::to_string(id.value)));
  rows.move(id, Status::Rejected);
  EXPECT_EQ(unread(), 0);
  EXPECT_EQ(tell(), 0) << "it waits no more";
}

TEST_F(Notifications, AnItemThatIsLateAlreadyIsToldOnce) {
  (void)waiting("USN-1-1", "Critical");
  clock.advance(std::chrono::days(30));
  db::Tx tx(pool());
  EXPECT_EQ(approvals::tell_deadlines(tx, clock.now()), 1);
  tx.commit();
  EXPECT_THAT(each(list(), "kind"), ElementsAre("decision_overdue", "decision_waiting"));
}

TEST_F(Notifications, ASourceThatWentStaleIsToldOnceAndOnlyWhenItIsConfigured) {
  (void)database.query(
      "INSERT INTO sync_runs (source, status, requested_by, started_at, finished_at) "
      "SELECT source, 'succeeded', 'schedule', '2026-03-02T09:00:00Z', '2026-03-02T09:01:00Z' FROM unnest('{uyuni,spm_sync}'::text[]) AS "
      "source");
  const auto tell = [&] {
    db::Tx tx(pool());
    catalogue::tell_stale(tx, {catalogue::Source::Uyuni}, clock.now());
    tx.commit();
  };
  tell();
  EXPECT_EQ(unread(), 0);
  clock.advance(std::chrono::hours(25));
  tell();
  tell();
  EXPECT_THAT(each(list(), "subject_id"), ElementsAre("uyuni"));
  sync_ends("succeeded");
  EXPECT_EQ(unread(), 0);
}

TEST_F(Notifications, OldRowsTakeTheirMarksWithThem) {
  test_ends("failed");
  (void)mark_all();
  (void)database.query("DELETE FROM notifications WHERE created_at <= '2026-03-02T09:15:00Z'");
  EXPECT_EQ(database.query("SELECT 1 AS one FROM notification_reads").size(), 0U);
}

}  // namespace
}  // namespace spm::notifications
