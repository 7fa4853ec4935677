#include "approvals/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "approvals/approval_json.hpp"

namespace spm::approvals {
namespace {

Time at(std::string_view text) { return *parse_time(text); }

TEST(ApprovalReason, IsNeededToRejectAndToSnooze) {
  EXPECT_TRUE(is_reason_enough(Action::Approve, ""));
  for (const Action action : {Action::Reject, Action::Snooze}) {
    EXPECT_FALSE(is_reason_enough(action, ""));
    EXPECT_FALSE(is_reason_enough(action, " \t\n "));
    EXPECT_TRUE(is_reason_enough(action, "breaks the printer"));
  }
}

TEST(ServiceLevel, CountsFromTheDayTheErratumBecameApplicable) {
  const Time applicable = at("2026-03-02T09:15:00Z");
  const Time pending = at("2026-03-05T00:00:00Z");
  EXPECT_EQ(sla_due({}, "Critical", applicable, pending), at("2026-03-09T09:15:00Z"));
  EXPECT_EQ(sla_due({}, "High", applicable, pending), at("2026-03-16T09:15:00Z"));
  EXPECT_EQ(sla_due({}, "Medium", applicable, pending), at("2026-04-01T09:15:00Z"));
  EXPECT_EQ(sla_due({}, "Low", applicable, pending), at("2026-05-31T09:15:00Z"));
}

TEST(ServiceLevel, CountsFromThePendingDayWhenNoSystemMissesTheErratumAnyMore) {
  EXPECT_EQ(sla_due({}, "Critical", std::nullopt, at("2026-03-05T00:00:00Z")), at("2026-03-12T00:00:00Z"));
}

TEST(ServiceLevel, IsNeverLaxForAnUnknownSeverity) { EXPECT_EQ(service_level({}, "Unknown"), std::chrono::days(30)); }

TEST(FourEyes, AreWantedForWhatThePolicySays) {
  configuration::Policies none;
  configuration::Policies all;
  all.four_eyes_critical = all.four_eyes_kernel = all.four_eyes_low_score = true;
  const Risk worst{"Critical", true, 12};
  EXPECT_EQ(approvals_required(none, worst), 1);
  EXPECT_EQ(four_eyes_reasons(all, worst).size(), 3U);
  EXPECT_EQ(approvals_required(all, {"Critical", false, 90}), 2);
  EXPECT_EQ(approvals_required(all, {"Low", true, 90}), 2);
  EXPECT_EQ(approvals_required(all, {"Low", false, 39}), 2);
  EXPECT_EQ(approvals_required(all, {"High", false, 40}), 1);
  all.four_eyes_score = 41;
  EXPECT_EQ(approvals_required(all, {"High", false, 40}), 2);
}

TEST(FourEyes, OnePersonHasOneSpelling) {
  EXPECT_EQ(person_of("user:Ada", std::nullopt), "user:ada");
  EXPECT_EQ(person_of("api-key:1", "Ada"), "user:ada");
  EXPECT_EQ(person_of("api-key:1", "user:ada"), "user:ada");
  EXPECT_EQ(person_of("api-key:1", "USER:Ada"), "user:ada");
  EXPECT_EQ(person_of("api-key:1", std::nullopt), "api-key:1");
}

TEST(Emergency, NeedsAReasonOfTwentyCharacters) {
  EXPECT_FALSE(is_reason_for_emergency("  exploited  \n           "));
  EXPECT_TRUE(is_reason_for_emergency("exploited since noon"));
  EXPECT_FALSE(is_reason_for_emergency("äöüäöüäöüäöü")) << "characters are counted, not bytes";
}

TEST(DaysPending, AreWholeDaysAndNeverNegative) {
  const Time since = at("2026-03-02T09:15:00Z");
  EXPECT_EQ(days_pending(since, since), 0);
  EXPECT_EQ(days_pending(since, at("2026-03-03T09:14:59Z")), 0);
  EXPECT_EQ(days_pending(since, at("2026-03-03T09:15:00Z")), 1);
  EXPECT_EQ(days_pending(since, at("2026-03-01T00:00:00Z")), 0);
}

TEST(AdvisoryFamily, IsAllRevisionsOfOneNumber) {
  EXPECT_EQ(family_pattern({"USN-7412-2"}), "USN-7412-%");
  EXPECT_EQ(family_pattern({"DSA-5678-1"}), "DSA-5678-%");
  EXPECT_EQ(family_pattern({"RHSA-2026:0123"}), "RHSA-2026:0123");
  EXPECT_EQ(family_pattern({"ALSA-2026:A009"}), "ALSA-2026:A009");
  EXPECT_EQ(family_pattern({"USN-7412"}), "USN-7412");
  EXPECT_EQ(family_pattern({"USN--1"}), "USN--1");
  EXPECT_EQ(family_pattern({"SUSE_SU%1"}), "SUSE\\_SU\\%1");
}

TEST(MetricsSummary, SaysNullForWhatWasNotMeasured) {
  engine::TestSummary test;
  test.memory_delta = -2.25;
  test.services_ok = true;
  const json::object summary = metrics_summary(test);
  EXPECT_TRUE(summary.at("cpu_delta").is_null());
  EXPECT_EQ(summary.at("memory_delta").as_double(), -2.25);
  EXPECT_TRUE(summary.at("services_ok").as_bool());
  EXPECT_FALSE(summary.at("reboot_required").as_bool());
}

TEST(PendingCursor, IsRefusedUnderAnotherSort) {
  store::Pending last;
  last.item = QueueId{17};
  last.weight = -66.60000000000001;
  const json::array keys = cursor_keys("urgency", last);
  ASSERT_TRUE(place_from(keys, "urgency"));
  EXPECT_EQ(place_from(keys, "urgency")->weight, last.weight);
  EXPECT_EQ(place_from(keys, "urgency")->id, 17);
  EXPECT_FALSE(place_from(keys, "score"));
  EXPECT_FALSE(place_from({"urgency", "inf", 1}, "urgency"));
  EXPECT_FALSE(place_from({"urgency", 1}, "urgency"));
}

}  // namespace
}  // namespace spm::approvals
