// Decisions on a real database: what waits, who decides what, and that two people cannot both decide.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "approvals/approvals.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm {
namespace {

using http::Method;
using queue::Status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Keeps the notes; refuses or fails when told.
class FakeFleet final : public ports::Fleet {
 public:
  Result<ActionId> schedule_errata(SystemId, const std::vector<UyuniErratumId>&, Time) override { return ActionId{1}; }
  Result<ActionId> schedule_reboot(SystemId, Time) override { return ActionId{1}; }
  Result<std::optional<ActionId>> find_action(SystemId, ports::ActionKind, const AdvisoryName&, Time) override { return std::nullopt; }
  Result<ports::ActionReport> action_report(SystemId, ActionId) override { return ports::ActionReport{}; }
  Result<bool> cancel_action(SystemId, ActionId) override { return true; }
  Result<std::optional<UyuniErratumId>> applicable_id(SystemId, const AdvisoryName&) override { return std::nullopt; }
  Result<bool> add_note(SystemId system, const std::string& subject, const std::string& body) override {
    if (failure != UpstreamFailure::None) return fail_upstream(ErrorCode::UyuniError, failure, "no");
    notes.push_back(std::to_string(system.value) + " | " + subject + " | " + body);
    return true;
  }

  std::vector<std::string> notes;
  UpstreamFailure failure = UpstreamFailure::None;
};

class Approvals : public testing::Test {
 protected:
  void SetUp() override { rows.system({.id = 1}); }

  // An item whose test passed.
  QueueId tested(const std::string& name, const std::string& severity = "High", int success_score = 80, double urgency_score = 50) {
    rows.scored({.name = name, .severity = severity}, success_score, urgency_score);
    const QueueId id = rows.item(name, {Status::Testing});
    rows.test_run(id, 1, "passed");
    rows.move(id, Status::PendingApproval);
    return id;
  }
  test::Caller::Answer decide(QueueId id, const std::string& action, const json::object& body = {}) {
    return caller.call(Method::Post, "/api/v1/approvals/" + std::to_string(id.value) + "/" + action, body);
  }
  static access::Principal person(const std::string& name) { return {"user:" + name, access::all_permissions()}; }
  test::Caller::Answer decide_as(const access::Principal& principal, QueueId id, const std::string& action, const json::object& body = {}) {
    const test::Caller other{approvals::endpoints(pool(), clock), clock, principal};
    return other.call(Method::Post, "/api/v1/approvals/" + std::to_string(id.value) + "/" + action, body);
  }
  test::Caller::Answer list(const std::multimap<std::string, std::string>& query = {}) {
    return caller.call(Method::Get, "/api/v1/approvals/pending", nullptr, query);
  }
  test::Caller::Answer detail(QueueId id) { return caller.call(Method::Get, "/api/v1/approvals/pending/" + std::to_string(id.value)); }

  db::Pool& pool() { return database.pool(); }

  test::TestDatabase database;
  test::ManualClock clock{*parse_time("2026-03-02T09:15:00Z")};
  test::QueueRows rows{pool(), clock};
  test::Caller caller{approvals::endpoints(pool(), clock), clock};
};

std::vector<std::string> names_in(const json::object& answer) {
  std::vector<std::string> names;
  for (const json::value& item : answer.at("items").as_array()) names.emplace_back(item.at("errata_id").as_string());
  return names;
}

// ---------------------------------------------------------------- deciding

TEST_F(Approvals, ApprovesATestedItem) {
  const QueueId id = tested("USN-1-1");
  const auto answer = decide(id, "approve", {{"reason", "looks well"}});
  EXPECT_EQ(answer.status, 200) << answer.message;
  EXPECT_EQ(answer.body.at("action").as_string(), "approve");
  EXPECT_EQ(answer.body.at("approved_by").as_string(), "api-key:tester");
  EXPECT_EQ(answer.body.at("approved_at").as_string(), "2026-03-02T09:15:00Z");
  EXPECT_EQ(answer.body.at("status").as_string(), "approved");
  EXPECT_EQ(rows.read(id).status, Status::Approved);
  EXPECT_THAT(rows.decisions(id), ElementsAre("approve by api-key:tester"));
}

TEST_F(Approvals, ANameInTheBodyCountsOnlyFromAKeyThatMayActForOthers) {
  const QueueId id = tested("USN-1-1");
  const auto forged = decide(id, "approve", {{"approved_by", "Mallory"}});
  EXPECT_EQ(forged.status, 403);
  EXPECT_THAT(rows.decisions(id), IsEmpty());
  access::Principal script{"api-key:script", access::all_permissions()};
  script.may_act_for_others = true;
  const auto answer = decide_as(script, id, "approve", {{"approved_by", "Ada"}});
  EXPECT_EQ(answer.body.at("approved_by").as_string(), "Ada");
  EXPECT_THAT(rows.decisions(id), ElementsAre("approve by api-key:script for Ada"));
}

// ---------------------------------------------------------------- two people

TEST_F(Approvals, FourEyesWantTwoDifferentPeople) {
  rows.config("policies.four_eyes_critical", true);
  const QueueId id = tested("USN-1-1", "Critical");
  EXPECT_EQ(list().body.at("items").at(0).at("approvals_required").as_int64(), 2);
  const auto first = decide_as(person("ada"), id, "approve");
  EXPECT_EQ(first.status, 200) << first.message;
  EXPECT_EQ(first.body.at("status").as_string(), "pending_approval");
  EXPECT_EQ(rows.read(id).status, Status::PendingApproval);
  const auto waiting = detail(id);
  EXPECT_EQ(waiting.body.at("approvals_given").as_int64(), 1);
  EXPECT_EQ(waiting.body.at("approvers").at(0).at("name").as_string(), "user:ada");
  EXPECT_EQ(waiting.body.at("four_eyes_reasons"), (json::array{"severity Critical"}));

  const auto again = decide_as(person("ada"), id, "approve");
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.message, HasSubstr("second person"));
  access::Principal script{"api-key:script", access::all_permissions()};
  script.may_act_for_others = true;
  EXPECT_EQ(decide_as(script, id, "approve", {{"approved_by", "ADA"}}).status, 409) << "the same person by another way";

  const auto second = decide_as(person("bob"), id, "approve");
  EXPECT_EQ(second.body.at("status").as_string(), "approved");
  EXPECT_EQ(second.body.at("approvers"), (json::array{"user:ada", "user:bob"}));
  EXPECT_EQ(rows.read(id).status, Status::Approved);
  EXPECT_THAT(rows.events(id), testing::Contains("approval.given"));
}

// A key of the table as its owner's; 0: nobody's.
class KeysAndPeople : public Approvals {
 protected:
  access::Principal key_of(const std::string& owner, const std::string& name) {
    const auto id =
        database
            .query(fmt::format(
                "INSERT INTO api_keys (name, secret_hash, owner_id, roles, permissions, may_act_for_others, created_by, created_at) "
                "SELECT '{}', repeat('0', 64), (SELECT id FROM users WHERE username = '{}'), '{{}}', '{{}}', true, 'test', now() RETURNING "
                "id",
                name, owner))[0]
            .integer("id");
    access::Principal key{fmt::format("api-key:{}/{}", id, name), access::all_permissions()};
    key.may_act_for_others = true;
    return key;
  }
  void SetUp() override {
    Approvals::SetUp();
    (void)database.query(
        "INSERT INTO users (username, roles, created_by, created_at, updated_by, updated_at) SELECT name, '{approver}', 'test', now(), "
        "'test', now() FROM unnest(ARRAY['ada', 'bob']) AS name");
    rows.config("policies.four_eyes_critical", true);
    rows.config("policies.creator_may_not_approve", true);
  }
};

TEST_F(KeysAndPeople, ThePersonAndThePersonsKeyAreOne) {
  const QueueId by_hand_first = tested("USN-1-1", "Critical");
  const QueueId by_key_first = tested("USN-2-1", "Critical");
  const auto key = key_of("ada", "ci");
  EXPECT_EQ(decide_as(person("ada"), by_hand_first, "approve").status, 200);
  const auto refused = decide_as(key, by_hand_first, "approve");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.message, HasSubstr("user:ada approved"));
  EXPECT_EQ(decide_as(key, by_key_first, "approve").status, 200);
  EXPECT_EQ(decide_as(person("ada"), by_key_first, "approve").status, 409);
  EXPECT_EQ(decide_as(key_of("ada", "another"), by_key_first, "approve").status, 409) << "two keys, one person";
  EXPECT_EQ(decide_as(key_of("bob", "ci"), by_key_first, "approve").body.at("status").as_string(), "approved");
}

TEST_F(KeysAndPeople, WhoSpeaksForAnotherStandsBehindThatWordToo) {
  const QueueId id = tested("USN-1-1", "Critical");
  const auto key = key_of("ada", "bridge");
  EXPECT_EQ(decide_as(key, id, "approve", {{"approved_by", "somebody"}}).status, 200);
  EXPECT_EQ(decide_as(person("ada"), id, "approve").status, 409) << "it was ada who said so";
  EXPECT_EQ(decide_as(key, id, "approve", {{"approved_by", "somebody else"}}).status, 409);
  EXPECT_EQ(decide_as(person("somebody"), id, "approve").status, 409);
  EXPECT_EQ(decide_as(person("bob"), id, "approve").body.at("status").as_string(), "approved");
}

TEST_F(KeysAndPeople, AKeyOfNobodySpeaksForSeveralButNotTwiceForOne) {
  const QueueId id = tested("USN-1-1", "Critical");
  const auto bridge = key_of("nobody", "bridge");
  EXPECT_EQ(decide_as(bridge, id, "approve", {{"approved_by", "Ada"}}).status, 200);
  for (const auto* spelling : {"ada", "ADA", "User:Ada", "USER:ADA"})
    EXPECT_EQ(decide_as(bridge, id, "approve", {{"approved_by", spelling}}).status, 409) << spelling;
  for (const auto* none : {" ada", "ada ", "a\nda", "\t", " "})
    EXPECT_EQ(decide_as(bridge, id, "approve", {{"approved_by", none}}).status, 400) << none;
  EXPECT_EQ(decide_as(bridge, id, "approve", {{"approved_by", "Bob"}}).body.at("status").as_string(), "approved");
}

TEST_F(KeysAndPeople, WhatAKeyQueuedItsOwnerDidNotLeaveToSomebodyElse) {
  const QueueId id = tested("USN-1-1");
  const auto key = key_of("ada", "ci");
  (void)database.query("UPDATE patch_test_queue SET created_by = '" + key.actor + "'");
  EXPECT_EQ(decide_as(person("ada"), id, "approve").status, 403);
  EXPECT_EQ(decide_as(key, id, "approve", {{"approved_by", "bob"}}).status, 403) << "ada again, in bob's name";
  EXPECT_EQ(decide_as(person("bob"), id, "approve").status, 200);
}

TEST_F(Approvals, OneRejectionEndsItWhateverWasApprovedAndARoundBeginsAnew) {
  rows.config("policies.four_eyes_low_score", true);
  const QueueId id = tested("USN-1-1", "High", 39);
  EXPECT_EQ(decide_as(person("ada"), id, "approve").body.at("approvals_required").as_int64(), 2);
  EXPECT_EQ(decide_as(person("bob"), id, "snooze", {{"snooze_days", 3}, {"reason", "later"}}).status, 200);
  rows.move(id, Status::PendingApproval);
  EXPECT_EQ(detail(id).body.at("approvals_given").as_int64(), 0) << "an approval of before the snooze does not count";
  EXPECT_EQ(decide_as(person("ada"), id, "approve").status, 200);
  EXPECT_EQ(decide_as(person("bob"), id, "reject", {{"reason", "no"}}).status, 200);
  EXPECT_EQ(rows.read(id).status, Status::Rejected);
}

TEST_F(Approvals, ManyAtOnceOfTwoPeopleAreTwoApprovals) {
  rows.config("policies.four_eyes_critical", true);
  const QueueId id = tested("USN-1-1", "Critical");
  std::atomic<int> accepted = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 20; ++i) {
      threads.emplace_back([&, i] {
        const auto answer = decide_as(person(i % 2 == 0 ? "ada" : "bob"), id, "approve");
        if (answer.status == 200) ++accepted;
        if (answer.status == 409) ++refused;
      });
    }
  }
  EXPECT_EQ(accepted, 2);
  EXPECT_EQ(refused, 18);
  EXPECT_EQ(rows.decisions(id).size(), 2U);
}

TEST_F(Approvals, WhoQueuedItMayBeForbiddenToApproveIt) {
  rows.config("policies.creator_may_not_approve", true);
  const QueueId id = tested("USN-1-1");
  (void)database.query("UPDATE patch_test_queue SET created_by = 'user:ada'");
  EXPECT_EQ(decide_as(person("ada"), id, "approve").status, 403);
  EXPECT_EQ(decide_as(person("bob"), id, "approve").status, 200);
}

TEST_F(Approvals, BreakGlassApprovesAloneAndLoudly) {
  rows.config("policies.four_eyes_critical", true);
  rows.config("policies.creator_may_not_approve", true);
  const QueueId id = tested("USN-1-1", "Critical");
  (void)database.query("UPDATE patch_test_queue SET created_by = 'user:ada'");
  EXPECT_EQ(decide_as(person("ada"), id, "break-glass", {{"reason", "   now, please!        "}}).status, 400);
  EXPECT_EQ(decide_as(person("ada"), id, "break-glass").status, 400);
  const auto answer = decide_as(person("ada"), id, "break-glass", {{"reason", "exploited on our hosts since noon"}});
  EXPECT_EQ(answer.status, 200) << answer.message;
  EXPECT_TRUE(answer.body.at("break_glass").as_bool());
  EXPECT_EQ(rows.read(id).status, Status::Approved);
  EXPECT_THAT(rows.audited(id), testing::Contains("approval.break_glass"));
  EXPECT_THAT(rows.events(id), testing::Contains("approval.break_glass"));
}

TEST_F(Approvals, ServiceLevelsFollowTheConfiguration) {
  rows.config("service_levels.high", 1);
  (void)tested("USN-1-1");
  EXPECT_EQ(list().body.at("items").at(0).at("sla_due").as_string(), "2026-03-03T09:15:00Z");
}

TEST_F(Approvals, TheSecondDecisionIsAConflictThatNamesTheFirst) {
  const QueueId id = tested("USN-1-1");
  EXPECT_EQ(decide(id, "approve").status, 200);
  for (const std::string action : {"approve", "reject"}) {
    const auto second = decide(id, action, {{"reason", "no"}});
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.error, "conflict");
    EXPECT_THAT(second.message, HasSubstr("is approved already: api-key:tester decided at 2026-03-02T09:15:00Z"));
  }
  EXPECT_THAT(rows.decisions(id), ElementsAre("approve by api-key:tester"));
}

TEST_F(Approvals, OfTwentyPeopleOneDecides) {
  const QueueId id = tested("USN-1-1");
  std::atomic<int> decided = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 20; ++i) {
      threads.emplace_back([&, i] {
        const auto answer = decide(id, i % 2 == 0 ? "approve" : "reject", {{"reason", "mine"}});
        ++(answer.status == 200 ? decided : refused);
      });
    }
  }
  EXPECT_EQ(decided, 1);
  EXPECT_EQ(refused, 19);
  EXPECT_EQ(rows.decisions(id).size(), 1U);
}

TEST_F(Approvals, RejectAndSnoozeNeedAReason) {
  const QueueId id = tested("USN-1-1");
  const std::vector<std::pair<std::string, json::object>> without_reason = {{"reject", {{"reason", " \n "}}},
                                                                            {"reject", {}},
                                                                            {"snooze", {{"snooze_days", 3}, {"reason", " \n "}}},
                                                                            {"snooze", {{"snooze_days", 3}}}};
  for (const auto& [action, body] : without_reason) {
    const auto answer = decide(id, action, body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.error, "validation_error");
    EXPECT_TRUE(answer.body.at("fields").as_object().contains("reason"));
  }
  EXPECT_EQ(rows.read(id).status, Status::PendingApproval);
  EXPECT_EQ(decide(id, "reject", {{"reason", "breaks the printer"}}).body.at("rejected_by").as_string(), "api-key:tester");
  EXPECT_EQ(rows.read(id).status, Status::Rejected);
}

TEST_F(Approvals, ASnoozeLastsFromOneToNinetyDays) {
  const QueueId id = tested("USN-1-1");
  for (const int days : {0, 91}) {
    const auto answer = decide(id, "snooze", {{"snooze_days", days}, {"reason", "later"}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_TRUE(answer.body.at("fields").as_object().contains("snooze_days"));
  }
}

TEST_F(Approvals, ASnoozedItemComesBackAndCanBeDecided) {
  const QueueId id = tested("USN-1-1");
  const auto answer = decide(id, "snooze", {{"snooze_days", 3}, {"reason", "after the fair"}});
  EXPECT_EQ(answer.body.at("snooze_until").as_string(), "2026-03-05T09:15:00Z");
  EXPECT_EQ(decide(id, "approve").error, "conflict") << "it does not wait for a decision now";
  clock.advance(std::chrono::days(3));
  {
    db::Tx tx(pool());
    EXPECT_EQ(queue::return_snoozed(tx, clock.now()), 1);
    tx.commit();
  }
  EXPECT_EQ(decide(id, "approve").status, 200);
}

TEST_F(Approvals, OnlyAnItemThatWaitsForADecisionCanBeDecidedOn) {
  rows.scored({.name = "USN-1-1"});
  const QueueId id = rows.item("USN-1-1");
  const auto answer = decide(id, "approve");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.error, "invalid_transition");
  EXPECT_EQ(decide(QueueId{987654}, "approve").status, 404);
}

TEST_F(Approvals, WithoutAPassedTestNothingIsApproved) {
  rows.scored({.name = "USN-1-1"});
  const QueueId id = rows.item("USN-1-1", {Status::Testing});
  rows.test_run(id, 1, "failed");
  rows.move(id, Status::PendingApproval);
  const auto answer = decide(id, "approve");
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.message, HasSubstr("no passed test"));
  EXPECT_EQ(rows.read(id).status, Status::PendingApproval);
  EXPECT_THAT(names_in(list().body), IsEmpty());
}

TEST_F(Approvals, ADecisionLeavesAuditLinesAndEvents) {
  const QueueId id = tested("USN-1-1");
  decide(id, "approve");
  EXPECT_EQ(rows.audited(id).back(), "approval.approve");
  EXPECT_EQ(rows.events(id).back(), "approval.decided");
}

// ---------------------------------------------------------------- what waits

TEST_F(Approvals, ListsWhatWaitsInTheOrderThatWasAskedFor) {
  tested("USN-1-1", "Low", 90, 10);
  clock.advance(std::chrono::hours(1));
  tested("USN-2-1", "Critical", 40, 60);
  clock.advance(std::chrono::hours(1));
  tested("USN-3-1", "High", 70, 95);
  EXPECT_THAT(names_in(list().body), ElementsAre("USN-3-1", "USN-2-1", "USN-1-1")) << "urgency, highest first";
  EXPECT_THAT(names_in(list({{"sort", "pending_since"}}).body), ElementsAre("USN-1-1", "USN-2-1", "USN-3-1"));
  EXPECT_THAT(names_in(list({{"sort", "severity"}}).body), ElementsAre("USN-2-1", "USN-3-1", "USN-1-1"));
  EXPECT_THAT(names_in(list({{"sort", "score"}}).body), ElementsAre("USN-1-1", "USN-3-1", "USN-2-1"));
  const auto filtered = list({{"severity", "Low"}}).body;
  EXPECT_THAT(names_in(filtered), ElementsAre("USN-1-1"));
  EXPECT_EQ(filtered.at("total").as_int64(), 1);
  EXPECT_EQ(filtered.at("by_severity"), (json::object{{"Critical", 1}, {"High", 1}, {"Low", 1}}));
  EXPECT_THAT(names_in(list({{"os", "rhel"}}).body), IsEmpty());
  const auto searched = list({{"q", "usn-3"}}).body;
  EXPECT_THAT(names_in(searched), ElementsAre("USN-3-1"));
  EXPECT_EQ(searched.at("total").as_int64(), 1);
}

TEST_F(Approvals, ShowsWhatIsKnownToBeExploitedAndWhereItMattersMost) {
  database.query("INSERT INTO cves (id, cvss, epss, known_exploited) VALUES ('CVE-2026-1111', 9.8, 0.5, true)");
  const QueueId id = tested("USN-1-1");
  EXPECT_TRUE(list().body.at("items").at(0).at("known_exploited").as_bool());
  EXPECT_TRUE(detail(id).body.at("urgency_reasons").at("worst_context").is_null()) << "no system misses it";
  rows.system({.id = 7, .role = "production"});
  rows.system({.id = 8, .role = "production"});
  rows.applicable(7, "USN-1-1");
  rows.applicable(8, "USN-1-1");
  database.query("UPDATE systems SET exposure = 'external', criticality = 'critical', data_class = 'restricted' WHERE id = 8");
  const auto reasons = detail(id).body.at("urgency_reasons");
  EXPECT_EQ(reasons.at("cves"), (json::array{json::object{{"id", "CVE-2026-1111"}, {"cvss", 9.8}, {"epss", 0.5}, {"kev", true}}}));
  EXPECT_EQ(reasons.at("worst_context"), (json::object{{"exposure", "external"}, {"criticality", "critical"}, {"data", "restricted"}}));
}

TEST_F(Approvals, TheCursorWalksTheWholeListOnceInEveryOrder) {
  for (int i = 0; i < 7; ++i) tested("USN-" + std::to_string(i) + "-1", i % 2 == 0 ? "High" : "Low", 50 + i % 3, 10.0 / (1 + i % 3));
  for (const std::string sort : {"pending_since", "severity", "score", "urgency"}) {
    const std::vector<std::string> whole = names_in(list({{"sort", sort}}).body);
    std::vector<std::string> walked;
    std::multimap<std::string, std::string> query{{"sort", sort}, {"limit", "2"}};
    while (true) {
      const auto page = list(query);
      ASSERT_EQ(page.status, 200) << page.message;
      for (const std::string& name : names_in(page.body)) walked.push_back(name);
      if (page.body.at("next_cursor").is_null()) break;
      query = {{"sort", sort}, {"limit", "2"}, {"cursor", std::string(page.body.at("next_cursor").as_string())}};
    }
    EXPECT_EQ(walked, whole) << sort;
  }
}

TEST_F(Approvals, AnItemShowsItsTestAndItsServiceLevel) {
  rows.scored({.name = "USN-1-1", .severity = "Critical"});
  rows.applicable(1, "USN-1-1");
  clock.advance(std::chrono::days(2));
  const QueueId id = rows.item("USN-1-1", {Status::Testing});
  const TestId run = rows.test_run(id, 1, "passed");
  rows.move(id, Status::PendingApproval);
  clock.advance(std::chrono::days(1));
  const json::object item = list().body.at("items").at(0).as_object();
  EXPECT_EQ(item.at("test_id").as_int64(), run.value);
  EXPECT_EQ(item.at("test_result").as_string(), "passed");
  EXPECT_EQ(item.at("test_duration_seconds").to_number<double>(), 600);
  EXPECT_EQ(item.at("days_pending").as_int64(), 1);
  EXPECT_EQ(item.at("sla_due").as_string(), "2026-03-09T09:15:00Z") << "seven days from when it became applicable";
  EXPECT_EQ(item.at("packages"), (json::array{"openssl"}));
  EXPECT_EQ(item.at("cves"), (json::array{"CVE-2026-1111"}));
  EXPECT_EQ(item.at("approvals_given").as_int64(), 0);
  EXPECT_EQ(item.at("approvals_required").as_int64(), 1);
}

TEST_F(Approvals, TheDetailShowsWhatAPersonNeedsToDecide) {
  const QueueId older = tested("USN-1-1");
  decide(older, "reject", {{"reason", "breaks the printer"}});
  rows.system({.id = 7, .role = "production"});
  const QueueId id = tested("USN-1-2");
  rows.applicable(1, "USN-1-2");
  rows.applicable(7, "USN-1-2");
  const auto answer = detail(id);
  ASSERT_EQ(answer.status, 200) << answer.message;
  EXPECT_EQ(answer.body.at("test").at("result").as_string(), "passed");
  EXPECT_EQ(answer.body.at("score_breakdown").at("base_score").as_int64(), 100);
  ASSERT_EQ(answer.body.at("affected_systems").as_array().size(), 1U) << "production only";
  EXPECT_EQ(answer.body.at("affected_systems").at(0).at("id").as_int64(), 7);
  ASSERT_EQ(answer.body.at("earlier_decisions").as_array().size(), 1U) << "of the family";
  EXPECT_EQ(answer.body.at("earlier_decisions").at(0).at("reason").as_string(), "breaks the printer");
  EXPECT_EQ(detail(older).status, 404);
  EXPECT_THAT(detail(older).message, HasSubstr("it is rejected"));
  EXPECT_EQ(detail(QueueId{987654}).status, 404);
}

// ---------------------------------------------------------------- notes

TEST_F(Approvals, InABatchEachItemStandsOrFallsAlone) {
  const QueueId first = tested("USN-1-1");
  const QueueId second = tested("USN-2-1");
  rows.scored({.name = "USN-3-1"});
  const QueueId queued = rows.item("USN-3-1");
  const auto batch = [&](const json::object& body) { return caller.call(Method::Post, "/api/v1/approvals/batch", body); };
  const json::array ids{first.value, queued.value, 987654, second.value};
  const auto answer = batch({{"action", "reject"}, {"queue_ids", ids}, {"reason", "withdrawn"}});
  ASSERT_EQ(answer.status, 200) << answer.message;
  EXPECT_EQ(answer.body.at("processed"), json::value(4));
  EXPECT_EQ(answer.body.at("succeeded"), json::value(2));
  EXPECT_EQ(answer.body.at("failed"), json::value(2));
  EXPECT_EQ(answer.body.at("results").at(1).at("error"), json::value("invalid_transition"));
  EXPECT_EQ(answer.body.at("results").at(2).at("error"), json::value("not_found"));
  EXPECT_EQ(rows.read(first).status, Status::Rejected);
  EXPECT_EQ(rows.read(second).status, Status::Rejected);
  EXPECT_EQ(rows.read(queued).status, Status::Queued);
}

TEST_F(Approvals, ASelectionIsEverythingThatMatchesTheFilters) {
  const QueueId low = tested("USN-1-1", "Low");
  const QueueId high = tested("USN-2-1", "High");
  const QueueId other = tested("USN-22-1", "High");
  rows.scored({.name = "USN-3-1"});
  rows.item("USN-3-1");  // not tested
  const auto selected = [&](std::multimap<std::string, std::string> query = {}) {
    return caller.call(Method::Get, "/api/v1/approvals/selection", nullptr, std::move(query)).body.at("queue_ids");
  };
  EXPECT_EQ(selected(), (json::array{low.value, high.value, other.value}));
  EXPECT_EQ(selected({{"severity", "High"}}), (json::array{high.value, other.value}));
  EXPECT_EQ(selected({{"severity", "High"}, {"q", "usn-22"}}), (json::array{other.value}));
  EXPECT_EQ(selected({{"os", "rhel"}}), json::array{});
}

TEST_F(Approvals, ABatchSaysEverythingThatIsMissing) {
  const QueueId id = tested("USN-1-1");
  const auto batch = [&](json::object body) {
    body["queue_ids"] = json::array{id.value};
    return caller.call(Method::Post, "/api/v1/approvals/batch", body);
  };
  const auto snooze = batch({{"action", "snooze"}, {"reason", " "}});
  EXPECT_EQ(snooze.status, 400);
  EXPECT_TRUE(snooze.body.at("fields").as_object().contains("reason"));
  EXPECT_TRUE(snooze.body.at("fields").as_object().contains("snooze_days"));
  EXPECT_EQ(batch({{"action", "approve"}, {"snooze_days", 3}}).status, 400);
  EXPECT_EQ(batch({{"action", "approve"}, {"schedule_deployment", true}}).status, 400);
  EXPECT_EQ(rows.read(id).status, Status::PendingApproval);
  EXPECT_EQ(batch({{"action", "snooze"}, {"snooze_days", 3}, {"reason", "later"}}).status, 200);
  EXPECT_EQ(rows.read(id).status, Status::Snoozed);
}

TEST_F(Approvals, TheHistoryIsFilteredAndPaged) {
  const auto at = [&](std::chrono::hours later) { return format_time(clock.now() + later); };
  const auto before = at(std::chrono::hours(-1));
  decide(tested("USN-1-1"), "approve");
  decide(tested("USN-2-1"), "reject", {{"reason", "breaks the lab"}});
  const auto after = at(std::chrono::hours(1));
  const auto history = [&](const std::multimap<std::string, std::string>& query) {
    std::vector<std::string> names;
    const auto answer = caller.call(Method::Get, "/api/v1/approvals/history", nullptr, query);
    if (answer.status != 200) return std::vector<std::string>{answer.error};
    for (const auto& item : answer.body.at("items").as_array()) names.emplace_back(item.at("errata_id").as_string());
    return names;
  };
  EXPECT_THAT(history({}), ElementsAre("USN-2-1", "USN-1-1"));
  EXPECT_THAT(history({{"action", "approve"}}), ElementsAre("USN-1-1"));
  EXPECT_THAT(history({{"errata", "USN-2-1"}}), ElementsAre("USN-2-1"));
  EXPECT_THAT(history({{"actor", "api-key:tester"}, {"from", before}, {"to", after}}), ElementsAre("USN-2-1", "USN-1-1"));
  EXPECT_THAT(history({{"actor", "user:ada"}}), IsEmpty());
  EXPECT_THAT(history({{"from", after}}), IsEmpty());
  EXPECT_THAT(history({{"from", "2026-03-02T09:15:00"}}), ElementsAre("validation_error")) << "a time without a zone";
  const auto first = caller.call(Method::Get, "/api/v1/approvals/history", nullptr, {{"limit", "1"}});
  EXPECT_THAT(history({{"limit", "1"}, {"cursor", std::string(first.body.at("next_cursor").as_string())}}), ElementsAre("USN-1-1"));
}

TEST_F(Approvals, EachDecisionIsNotedOnItsTestSystemOnce) {
  decide(tested("USN-1-1"), "approve");
  decide(tested("USN-2-1"), "reject", {{"reason", "breaks the printer"}});
  FakeFleet fleet;
  const auto note = [&] { approvals::note_decisions(pool(), fleet, clock.now(), {}); };
  note();
  EXPECT_THAT(fleet.notes, IsEmpty()) << "a decision so young may still have an older neighbour that is not committed";
  clock.advance(std::chrono::minutes(1));
  note();
  note();
  ASSERT_EQ(fleet.notes.size(), 2U);
  EXPECT_THAT(fleet.notes[0], HasSubstr("1 | SPM: USN-1-1 approve | api-key:tester decided on USN-1-1: approve"));
  EXPECT_THAT(fleet.notes[1], HasSubstr("Reason: breaks the printer"));
}

TEST_F(Approvals, ANoteThatCouldNotBeWrittenIsTriedAgain) {
  decide(tested("USN-1-1"), "approve");
  clock.advance(std::chrono::minutes(1));
  FakeFleet fleet;
  fleet.failure = UpstreamFailure::Unreachable;
  approvals::note_decisions(pool(), fleet, clock.now(), {});
  fleet.failure = UpstreamFailure::None;
  approvals::note_decisions(pool(), fleet, clock.now(), {});
  EXPECT_EQ(fleet.notes.size(), 1U);
}

TEST_F(Approvals, ANoteThatIsRefusedDoesNotStopTheOthers) {
  decide(tested("USN-1-1"), "approve");
  clock.advance(std::chrono::minutes(1));
  FakeFleet fleet;
  fleet.failure = UpstreamFailure::Refused;
  approvals::note_decisions(pool(), fleet, clock.now(), {});
  fleet.failure = UpstreamFailure::None;
  decide(tested("USN-2-1"), "approve");
  clock.advance(std::chrono::minutes(1));
  approvals::note_decisions(pool(), fleet, clock.now(), {});
  ASSERT_EQ(fleet.notes.size(), 1U);
  EXPECT_THAT(fleet.notes[0], HasSubstr("USN-2-1"));
}

}  // namespace
}  // namespace spm
