// What a person does to a run that is under way: abort it in every phase, leave the system as it is, end it by force.

#include <gmock/gmock.h>

#include "tests/integration/engine_fixture.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::test {
namespace {

using http::Method;
using ::testing::HasSubstr;

class EngineAbort : public EngineTest {
 protected:
  Caller caller{engine::endpoints(database.pool(), clock, settings), clock};

  Caller::Answer abort(const json::object& body = {{"reason", "wrong window"}}) {
    return caller.call(Method::Post, "/api/v1/test/" + column("id") + "/abort", body);
  }
  Caller::Answer force_end(const std::string& reason = "UYUNI lost the action") {
    return caller.call(Method::Post, "/api/v1/test/" + column("id") + "/force-end", json::object{{"reason", reason}});
  }
  void expect_aborted_item() {
    EXPECT_EQ(column("status"), "aborted");
    EXPECT_EQ(item("status"), "failed");
    EXPECT_EQ(item("failure_class"), "infra");
    EXPECT_EQ(count("risk_profiles WHERE times_tested > 0"), 0) << "an aborted test says nothing about the erratum";
  }
};

// Each phase of the way forth, when it was just entered and after some of its steps.
class EngineAbortInPhase : public EngineAbort, public ::testing::WithParamInterface<std::tuple<const char*, int>> {};

TEST_P(EngineAbortInPhase, TheSystemIsBack) {
  const auto& [phase, steps] = GetParam();
  fleet.patch.requires_reboot = true;
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, phase);
  for (int i = 0; i < steps && is_running(); ++i) step_or_wait(*one);
  if (!is_running()) GTEST_SKIP() << "the phase has fewer steps";
  const auto reached = column("phase");
  const auto answer = abort();
  ASSERT_EQ(answer.status, 202) << answer.message;
  EXPECT_EQ(answer.body.at("status").as_string(), "aborted");
  EXPECT_EQ(answer.body.at("aborted_phase").as_string(), reached);
  const bool goes_back = answer.body.at("rollback_performed").as_bool();
  EXPECT_EQ(answer.body.at("rollback_status").as_string(), goes_back ? "in_progress" : "not_needed");
  EXPECT_EQ(abort().body, answer.body) << "asked again it answers the same";

  drive(*one);
  expect_aborted_item();
  EXPECT_EQ(column("failure_phase"), reached);
  EXPECT_THAT(column("failure_reason"), HasSubstr("wrong window"));
  EXPECT_EQ(column("rollback_status"), goes_back ? "verified" : "not_needed") << phase_detail("post_rollback");
  EXPECT_EQ(system("quarantined_at"), "");
  expect_host_is_back();
  EXPECT_EQ(count("audit_log WHERE action = 'test.abort' AND actor = 'api-key:tester'"), 1);
  EXPECT_EQ(abort().error, "conflict") << "it has ended";
}

INSTANTIATE_TEST_SUITE_P(EveryPhase, EngineAbortInPhase,
                         ::testing::Combine(::testing::Values("pre_check", "snapshot", "baseline", "patch", "reboot", "stabilize",
                                                              "validate", "services", "verdict"),
                                            ::testing::Values(0, 1, 3)));

// The request arrives while the step of that phase is being taken, after it has found its answer.
class EngineAbortDuringStep : public EngineAbort, public ::testing::WithParamInterface<const char*> {};

TEST_P(EngineAbortDuringStep, WinsOverWhatTheStepFound) {
  start_test();
  std::string answered;
  const auto one = runner("node-a", [&](std::string_view name) {
    if (answered.empty() && name == std::string(GetParam()) + ".answered") answered = abort().body.at("status").as_string();
  });
  drive_until(*one, GetParam());
  const auto began = clock.now();
  while (answered.empty() && is_running()) step_or_wait(*one);
  ASSERT_EQ(answered, "aborted");
  drive(*one);
  expect_aborted_item();
  EXPECT_LT(clock.now() - began, std::chrono::minutes(4)) << "it does not wait for what the step waited for";
  expect_host_is_back();
}

INSTANTIATE_TEST_SUITE_P(SomePhases, EngineAbortDuringStep, ::testing::Values("baseline", "patch", "stabilize", "verdict"));

TEST_F(EngineAbort, SkipRollbackLeavesTheSystemAndQuarantinesIt) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "stabilize");
  const auto answer = abort({{"skip_rollback", true}});
  EXPECT_EQ(answer.body.at("rollback_status").as_string(), "skipped");
  EXPECT_FALSE(answer.body.at("rollback_performed").as_bool());
  drive(*one);
  expect_aborted_item();
  EXPECT_EQ(column("rollback_status"), "skipped");
  EXPECT_THAT(system("quarantine_reason"), HasSubstr("skip_rollback"));
  EXPECT_EQ(fleet.host.packages["openssl"], "3.0.2-0ubuntu1.12");
}

TEST_F(EngineAbort, SkipRollbackBeforeAnythingWasChangedNeedsNoQuarantine) {
  start_test();
  const auto answer = abort({{"skip_rollback", true}});
  EXPECT_EQ(answer.body.at("rollback_status").as_string(), "not_needed");
  drive();
  expect_aborted_item();
  EXPECT_EQ(system("quarantined_at"), "");
}

TEST_F(EngineAbort, SkipRollbackEndsAWayBackThatHasBegun) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "validate");
  EXPECT_EQ(abort().body.at("rollback_status").as_string(), "in_progress");
  drive_until(*one, "rollback");
  const auto again = abort({{"skip_rollback", true}});
  EXPECT_EQ(again.status, 202) << again.message;
  EXPECT_EQ(again.body.at("rollback_status").as_string(), "skipped");
  EXPECT_EQ(again.body.at("aborted_phase").as_string(), "validate");
  drive(*one);
  expect_aborted_item();
  EXPECT_EQ(column("rollback_status"), "skipped");
  EXPECT_NE(system("quarantined_at"), "");
}

TEST_F(EngineAbort, AFailedRunOnItsWayBackIsNotAborted) {
  fleet.patch.failure = "dpkg: error processing package openssl";
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "rollback");
  EXPECT_EQ(abort().error, "conflict");
  drive(*one);
  EXPECT_EQ(column("status"), "failed");
  expect_host_is_back();
}

TEST_F(EngineAbort, UnknownTest) {
  EXPECT_EQ(caller.call(Method::Post, "/api/v1/test/99/abort").status, 404);
  EXPECT_EQ(caller.call(Method::Post, "/api/v1/test/99/force-end", json::object{{"reason", "x"}}).status, 404);
}

TEST_F(EngineAbort, ForcedEndWinsAgainstAWorkerInTheMiddleOfAStep) {
  start_test();
  Caller::Answer forced;
  const auto one = runner("node-a", [&](std::string_view name) {
    if (name == "apply.acted") forced = force_end();
  });
  drive_until(*one, "patch");
  while (forced.status == 0 && is_running()) step_or_wait(*one);
  ASSERT_EQ(forced.status, 200) << forced.message;
  EXPECT_EQ(forced.body.at("ended_phase").as_string(), "patch");
  EXPECT_FALSE(one->run_one());
  EXPECT_EQ(column("status"), "error");
  EXPECT_THAT(column("failure_reason"), HasSubstr("ended by force by api-key:tester: UYUNI lost the action"));
  EXPECT_EQ(column("rollback_status"), "failed");
  EXPECT_EQ(item("status"), "failed") << "no retry by itself";
  EXPECT_EQ(item("failure_class"), "infra");
  EXPECT_NE(system("quarantined_at"), "");
  EXPECT_EQ(count("patch_test_operations WHERE state IN ('intended', 'started')"), 0);
  EXPECT_EQ(count("patch_test_operations WHERE name = 'apply' AND state = 'lost' AND upstream_id IS NULL"), 1)
      << "the worker could not even write down the id";
  EXPECT_EQ(count("patch_test_phases WHERE status = 'in_progress'"), 0);
  EXPECT_EQ(count("audit_log WHERE action = 'test.force_end' AND reason = 'UYUNI lost the action'"), 1);
  EXPECT_EQ(force_end().error, "conflict");
}

TEST_F(EngineAbort, ForcedEndNeedsAReasonAndOverrulesAVerdict) {
  fleet.patch.failure = "dpkg: error processing package openssl";
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "rollback");
  EXPECT_EQ(force_end("  ").status, 400);
  EXPECT_EQ(force_end().status, 200);
  EXPECT_EQ(column("status"), "error");
  EXPECT_THAT(column("failure_reason"), HasSubstr("decided before: failed"));
  EXPECT_EQ(item("status"), "failed");
}

// ---------------------------------------------------------------- lists

TEST_F(EngineAbort, ListsTestsWithFiltersAndPages) {
  start_test();
  EXPECT_EQ(abort().status, 202);
  drive();
  (void)database.query("UPDATE patch_test_queue SET status = 'queued', completed_at = NULL");
  start_test();
  const auto list = [&](const std::multimap<std::string, std::string>& query) {
    return caller.call(Method::Get, "/api/v1/tests", nullptr, query);
  };
  EXPECT_EQ(list({}).body.at("total").as_int64(), 2);
  EXPECT_EQ(list({{"status", "running"}}).body.at("total").as_int64(), 1);
  const auto ended =
      list({{"result", "aborted"}, {"os", "ubuntu"}, {"system_id", "1000010007"}, {"errata_id", kErratum}, {"queue_id", "1"}});
  ASSERT_EQ(ended.body.at("items").as_array().size(), 1U);
  EXPECT_EQ(ended.body.at("items").at(0).at("result").as_string(), "aborted");
  EXPECT_EQ(list({{"os", "rhel"}}).body.at("total").as_int64(), 0);
  const auto first = list({{"limit", "1"}});
  EXPECT_EQ(first.body.at("items").at(0).at("status").as_string(), "running");
  const auto second = list({{"limit", "1"}, {"cursor", first.body.at("next_cursor").as_string().c_str()}});
  EXPECT_EQ(second.body.at("items").at(0).at("status").as_string(), "aborted");
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/tests/1").body.at("status").as_string(), "aborted");
}

TEST_F(EngineAbort, ShowsWhatTheEngineIsDoing) {
  (void)database.query(
      "INSERT INTO systems (id, name, target_os, role, first_seen_at, seen_at, last_checkin_at, quarantined_at, quarantine_reason) VALUES "
      "(5, 'a', 'ubuntu', 'test', '2026-11-01Z', '2026-11-01Z', '2026-11-20Z', NULL, NULL), "
      "(6, 'b', 'rhel', 'test', '2026-11-01Z', '2026-11-01Z', NULL, '2026-11-02Z', 'half patched'), "
      "(7, 'c', 'rhel', 'test', '2026-11-01Z', '2026-11-01Z', NULL, NULL, NULL)");
  start_test();
  Caller::Answer seen;
  const auto one = runner("node-a", [&](std::string_view name) {
    if (name == "probe.acted") seen = caller.call(Method::Get, "/api/v1/tests/status");
  });
  step_or_wait(*one);
  ASSERT_EQ(seen.status, 200) << seen.message;
  EXPECT_EQ(seen.body.at("running").at(0).at("test_system").at("name").as_string(), "test-ubuntu-01");
  EXPECT_EQ(seen.body.at("workers").at(0).at("name").as_string(), "node-a");
  EXPECT_EQ(seen.body.at("test_systems").at("ubuntu"), (json::object{{"free", 0}, {"busy", 1}, {"quarantined", 0}, {"offline", 1}}));
  EXPECT_EQ(seen.body.at("test_systems").at("rhel"), (json::object{{"free", 1}, {"busy", 0}, {"quarantined", 1}, {"offline", 0}}));
  EXPECT_TRUE(seen.body.at("last_24_hours").at("average_duration_seconds").is_null());
  EXPECT_EQ(abort().status, 202);
  drive(*one);
  const auto after = caller.call(Method::Get, "/api/v1/tests/status");
  EXPECT_EQ(after.body.at("last_24_hours").at("aborted").as_int64(), 1);
  EXPECT_TRUE(after.body.at("workers").as_array().empty());
}

}  // namespace
}  // namespace spm::test
