#include "notifications/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spm::notifications {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string kind_for(const json::object& event) {
  const auto notice = notice_of(event);
  return notice ? std::string(to_string(notice->kind)) : "nothing";
}

TEST(NoticeRules, TheseEventsDeserveOne) {
  const json::object pending{{"type", "queue.advanced"}, {"status", "pending_approval"}, {"queue_id", 7}, {"errata_id", "USN-1-1"}};
  const auto from = [&](const char* state) {
    auto event = pending;
    event["from"] = state;
    return event;
  };
  EXPECT_EQ(kind_for(from("testing")), "decision_waiting");
  EXPECT_EQ(kind_for(from("approved")), "decision_waiting") << "somebody took the decision back";
  EXPECT_EQ(kind_for(from("snoozed")), "snooze_ended");
  EXPECT_EQ(kind_for({{"type", "test.finished"}, {"result", "failed"}}), "test_failed");
  EXPECT_EQ(kind_for({{"type", "test.finished"}, {"result", "error"}}), "test_error");
  EXPECT_EQ(kind_for({{"type", "test.finished"}, {"result", "aborted"}}), "test_aborted");
  EXPECT_EQ(kind_for({{"type", "system.quarantined"}, {"system_id", 3}}), "system_quarantined");
  EXPECT_EQ(kind_for({{"type", "approval.given"}}), "second_approval_waiting");
  EXPECT_EQ(kind_for({{"type", "approval.break_glass"}}), "break_glass");
  EXPECT_EQ(kind_for({{"type", "sync.finished"}, {"status", "failed"}}), "sync_failed");
  EXPECT_EQ(kind_for({{"type", "cves.imported"}, {"status", "failed"}}), "sync_failed");
  EXPECT_EQ(kind_for({{"type", "audit.broken"}}), "audit_broken");
}

TEST(NoticeRules, OthersDoNot) {
  EXPECT_EQ(kind_for({{"type", "queue.advanced"}, {"status", "approved"}}), "nothing");
  EXPECT_EQ(kind_for({{"type", "queue.added"}}), "nothing");
  EXPECT_EQ(kind_for({{"type", "test.finished"}, {"result", "passed"}}), "nothing");
  EXPECT_EQ(kind_for({{"type", "test.phase_ended"}, {"status", "failed"}}), "nothing");
  EXPECT_EQ(kind_for({{"type", "approval.decided"}}), "nothing");
  EXPECT_EQ(kind_for({{"type", "sync.finished"}, {"status", "succeeded"}}), "nothing");
  EXPECT_EQ(kind_for({{"type", "notification.raised"}, {"kind", "test_failed"}}), "nothing") << "a notice deserves none";
  EXPECT_EQ(kind_for({}), "nothing");
}

TEST(NoticeRules, ANoticeCarriesWhatTheEventSays) {
  const auto notice = notice_of({{"type", "test.finished"},
                                 {"result", "failed"},
                                 {"test_id", 5},
                                 {"system_id", 3},
                                 {"errata_id", "USN-1-1"},
                                 {"actor", "engine"},
                                 {"reason", "ssh is down"}});
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->test, TestId{5});
  EXPECT_EQ(notice->system, SystemId{3});
  EXPECT_EQ(notice->erratum, AdvisoryName{"USN-1-1"});
  EXPECT_EQ(notice->reason, "ssh is down");
  EXPECT_EQ(sentence(*notice, "web01"), "the test of USN-1-1 on web01 failed: ssh is down");
  EXPECT_EQ(sentence(*notice, std::nullopt), "the test of USN-1-1 failed: ssh is down");
}

TEST(NoticeRules, WhatStaysSoIsAboutAThingAndEndsWithIt) {
  const auto waits = notice_of({{"type", "queue.advanced"}, {"status", "pending_approval"}, {"queue_id", 7}});
  EXPECT_EQ(thing_of(*waits), "queue_item:7");
  EXPECT_EQ(thing_settled_by({{"type", "queue.advanced"}, {"from", "pending_approval"}, {"queue_id", 7}}), "queue_item:7");
  EXPECT_EQ(thing_settled_by({{"type", "queue.advanced"}, {"from", "testing"}, {"queue_id", 7}}), std::nullopt);
  const auto quarantine = notice_of({{"type", "system.quarantined"}, {"system_id", 3}});
  EXPECT_EQ(thing_of(*quarantine), "system:3");
  EXPECT_EQ(thing_settled_by({{"type", "system.released"}, {"system_id", 3}}), "system:3");
  const auto sync = notice_of({{"type", "sync.finished"}, {"status", "failed"}, {"source", "uyuni"}});
  EXPECT_EQ(thing_of(*sync), "sync:uyuni");
  EXPECT_EQ(thing_settled_by({{"type", "sync.finished"}, {"status", "succeeded"}, {"source", "uyuni"}}), "sync:uyuni");
  EXPECT_EQ(thing_settled_by({{"type", "sync.finished"}, {"status", "failed"}, {"source", "uyuni"}}), std::nullopt);
  EXPECT_EQ(thing_settled_by({{"type", "cves.imported"}, {"status", "succeeded"}, {"source", "kev"}}), "sync:kev");
  EXPECT_EQ(thing_settled_by({{"type", "cves.imported"}, {"status", "failed"}, {"source", "kev"}}), std::nullopt);
  EXPECT_EQ(thing_of({.kind = Kind::BreakGlass}), std::nullopt) << "it has happened, for good";
}

TEST(NoticeRules, LockedAccountsAndABrokenRecordAreForThoseWhoLookAfterThem) {
  const access::Principal viewer{"user:vera", {access::Permission::ReadState}};
  const access::Principal admin{"user:ada", access::all_permissions()};
  EXPECT_THAT(kinds_seen_by(viewer), Not(Contains("user_locked_out")));
  EXPECT_THAT(kinds_seen_by(viewer), Not(Contains("audit_broken")));
  EXPECT_THAT(kinds_seen_by(viewer), Contains("break_glass")) << "it is loud";
  EXPECT_THAT(kinds_seen_by(admin), Contains("user_locked_out"));
  EXPECT_THAT(kinds_seen_by({"user:new", {access::Permission::Self}}), IsEmpty());
}

TEST(NoticeRules, KindsAreNarrowedByKindAndSeverity) {
  const access::Principal admin{"user:ada", access::all_permissions()};
  EXPECT_THAT(kinds_seen_by(admin, "break_glass"), ElementsAre("break_glass"));
  EXPECT_THAT(kinds_seen_by(admin, std::nullopt, "critical"),
              ElementsAre("decision_overdue", "system_quarantined", "break_glass", "sync_stale", "audit_broken"));
  EXPECT_THAT(kinds_seen_by(admin, "break_glass", "info"), IsEmpty());
  const access::Principal viewer{"user:vera", {access::Permission::ReadState}};
  EXPECT_THAT(kinds_seen_by(viewer, "user_locked_out"), IsEmpty()) << "asking does not open it";
}

TEST(NoticeRules, EveryKindHasAWordAndASentence) {
  for (int i = 0; i <= static_cast<int>(Kind::AuditBroken); ++i) {
    const auto kind = static_cast<Kind>(i);
    EXPECT_EQ(parse_kind(to_string(kind)), kind);
    EXPECT_FALSE(sentence({.kind = kind}, std::nullopt).empty()) << to_string(kind);
  }
  EXPECT_EQ(parse_kind("weather"), std::nullopt);
  EXPECT_THAT(
      sentence({.kind = Kind::DecisionOverdue, .erratum = AdvisoryName{"USN-1-1"}, .due_at = parse_time("2026-03-02T09:15:00Z").value()},
               {}),
      HasSubstr("2026-03-02T09:15:00Z"));
}

}  // namespace
}  // namespace spm::notifications
