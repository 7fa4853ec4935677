// A whole test run, phase after phase, on a real database: what passes, and every way in which it can fail before there is anything to
// undo.

#include <gmock/gmock.h>

#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EngineRun : public EngineTest {};

TEST_F(EngineRun, PassesAndWaitsForADecision) {
  start_test();
  EXPECT_EQ(item("status"), "testing");
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
  EXPECT_EQ(item("status"), "pending_approval");
  EXPECT_EQ(column("rollback_status"), "not_needed");
  EXPECT_EQ(column("required_reboot"), "false");
  EXPECT_EQ(column("snapshot_id"), "1");
  EXPECT_EQ(phase_status("reboot"), "skipped");
  EXPECT_THAT(fleet.effects, ElementsAre("snapshot 1", "apply"));
  EXPECT_THAT(phase_detail("patch"), HasSubstr("openssl 3.0.2-0ubuntu1.10 → 3.0.2-0ubuntu1.12"));
  EXPECT_EQ(count("risk_profiles WHERE times_tested = 1 AND times_failed = 0"), 1);
  EXPECT_EQ(count("errata_cache WHERE dependency_count = 0"), 1);
  EXPECT_EQ(count("audit_log WHERE action = 'test.finish'"), 1);
  EXPECT_EQ(count("events WHERE payload->>'type' = 'test.finished'"), 1);
  EXPECT_EQ(count("patch_test_operations WHERE state <> 'succeeded'"), 0);
}

TEST_F(EngineRun, TakesAtLeastTheConfiguredTimeToStabilize) {
  const auto began = clock.now();
  start_test();
  drive();
  EXPECT_GE(clock.now() - began, std::chrono::seconds(300));
  EXPECT_LE(clock.now() - began, std::chrono::seconds(600));
}

TEST_F(EngineRun, LearnsHowManyFurtherPackagesChange) {
  fleet.patch.packages["zlib1g:amd64"] = "1:1.2.11-2";
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed");
  EXPECT_EQ(count("errata_cache WHERE dependency_count = 1"), 1);
}

TEST_F(EngineRun, RebootsWhenTheSystemAsksForIt) {
  fleet.patch.requires_reboot = true;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
  EXPECT_EQ(column("required_reboot"), "true");
  EXPECT_EQ(column("reboot_performed"), "true");
  EXPECT_EQ(fleet.reboots, 1);
  EXPECT_EQ(count("events WHERE topic = 'queue' AND payload->>'status' = 'needs_reboot'"), 1);
  EXPECT_EQ(count("events WHERE topic = 'queue' AND payload->>'status' = 'rebooting'"), 1);
  EXPECT_EQ(item("status"), "pending_approval");
}

TEST_F(EngineRun, RebootsWhenTheErratumAsksForIt) {
  (void)database.query("UPDATE errata_cache SET reboot_suggested = true");
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed");
  EXPECT_EQ(fleet.reboots, 1);
}

TEST_F(EngineRun, TellsThatNoMetricsWereMeasured) {
  fleet.metrics_work = false;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed");
  // /proc/stat stands still on the fake, so there is no CPU value: memory alone was compared.
  EXPECT_THAT(phase_detail("validate"), HasSubstr("skipped: CPU use was not measured"));
}

TEST_F(EngineRun, FailsWithoutMetricsWhenPolicyRequiresThem) {
  fleet.metrics_work = false;
  settings.defaults.metrics_required = true;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "error");
  EXPECT_EQ(item("status"), "retry_pending");
  expect_host_is_back();
}

TEST_F(EngineRun, RestoresAfterAPassedTestWhenPolicySaysSo) {
  settings.defaults.restore_after_test = true;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed");
  EXPECT_EQ(column("rollback_status"), "verified");
  EXPECT_EQ(item("status"), "pending_approval");
  expect_host_is_back();
}

struct UnfitCase {
  const char* name;
  void (*spoil)(FakeFleet&);
  const char* reason;
};

class EnginePreCheck : public EngineTest, public ::testing::WithParamInterface<UnfitCase> {};

TEST_P(EnginePreCheck, EndsAsInfraBeforeAnythingIsTouched) {
  GetParam().spoil(fleet);
  start_test();
  drive();
  EXPECT_EQ(column("status"), "error");
  EXPECT_EQ(column("failure_phase"), "pre_check");
  EXPECT_EQ(column("failure_class"), "infra");
  EXPECT_THAT(column("failure_reason"), HasSubstr(GetParam().reason));
  EXPECT_EQ(item("status"), "retry_pending");
  EXPECT_EQ(column("rollback_status"), "not_needed");
  EXPECT_TRUE(fleet.effects.empty());
  EXPECT_EQ(count("risk_profiles WHERE times_tested = 0"), 1) << "an unfit system says nothing about the erratum";
  EXPECT_EQ(system("quarantined_at"), "");
}

INSTANTIATE_TEST_SUITE_P(
    Unfit, EnginePreCheck,
    ::testing::Values(
        UnfitCase{"offline", [](FakeFleet& f) { f.host.is_online = false; }, "could not be run"},
        UnfitCase{"full_disk", [](FakeFleet& f) { f.host.free_kb = 511'999; }, "only 499 MB are free"},
        UnfitCase{"reboot_pending", [](FakeFleet& f) { f.host.reboot_required = true; }, "a reboot is pending"},
        UnfitCase{"locked", [](FakeFleet& f) { f.host.locks = {"/var/lib/dpkg/lock-frontend"}; }, "the package manager is busy"},
        UnfitCase{"service_down",
                  [](FakeFleet& f) {
                    f.host.services["cron"] = {"failed", 0};
                  },
                  "cron (failed)"},
        UnfitCase{"no_minion_service", [](FakeFleet& f) { f.host.services.erase("salt-minion"); }, "salt-minion|venv-salt-minion"},
        UnfitCase{"no_lslocks", [](FakeFleet& f) { f.faults.exit_of["lslocks"] = 127; }, "lslocks: not installed"},
        UnfitCase{"no_df", [](FakeFleet& f) { f.faults.exit_of["df"] = 124; }, "df: killed"},
        UnfitCase{"not_applicable", [](FakeFleet& f) { f.applicable = std::nullopt; }, "not applicable"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(EngineRun, BothSshAlternativesAreEnough) {
  fleet.host.services["ssh.socket"] = {"inactive", 0};
  fleet.host.services["ssh"] = {"active", 150};
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
}

TEST_F(EngineRun, WaitsWhileUpstreamsDoNotAnswer) {
  fleet.faults.start_unreachable = 3;
  fleet.faults.schedule_unreachable = 2;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
  EXPECT_EQ(fleet.applied, 1);
}

TEST_F(EngineRun, RepeatsLostBatches) {
  fleet.faults.lose_batches = 2;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
  EXPECT_EQ(count("patch_test_operations WHERE state = 'lost'"), 2);
}

TEST_F(EngineRun, InfraIsRetriedTwiceThenFails) {
  fleet.host.is_online = false;
  for (int i = 0; i < 3; ++i) {
    start_test();
    drive();
    if (i == 2) break;
    EXPECT_EQ(item("status"), "retry_pending");
    EXPECT_EQ(item("retry_count"), std::to_string(i + 1));
    EXPECT_EQ(item("extract(epoch FROM retry_after - changed_at)::int"), "7200");
    (void)database.query("UPDATE patch_test_queue SET status = 'queued', retry_after = NULL");
  }
  EXPECT_EQ(item("status"), "failed");
  EXPECT_EQ(item("failure_class"), "infra");
}

TEST_F(EngineRun, SnapshotCanBeRequired) {
  fleet.host.has_snapper = false;
  settings.defaults.snapshot_required = true;
  start_test();
  drive();
  EXPECT_EQ(column("failure_phase"), "snapshot");
  EXPECT_EQ(fleet.applied, 0);
}

TEST_F(EngineRun, NoBaselineNoPatch) {
  fleet.faults.exit_of["dpkg-query"] = 1;
  start_test();
  drive();
  EXPECT_EQ(column("failure_phase"), "baseline");
  EXPECT_EQ(column("failure_class"), "infra");
  EXPECT_EQ(fleet.applied, 0);
  EXPECT_EQ(count("patch_test_phases WHERE phase = 'baseline'"), 2) << "one attempt more, then no more";
}

TEST_F(EngineRun, AbortBeforeThePatchLeavesNothingToUndo) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "baseline");
  (void)database.query("UPDATE patch_tests SET abort_requested_at = '2026-11-23Z', abort_reason = 'wrong system'");
  drive(*one);
  EXPECT_EQ(column("status"), "aborted");
  EXPECT_EQ(item("status"), "failed");
  EXPECT_THAT(item("failure_reason"), HasSubstr("wrong system"));
  EXPECT_EQ(phase_status("rollback"), "none");
  EXPECT_EQ(fleet.applied, 0);
}

TEST_F(EngineRun, TheWholeRunHasADeadline) {
  settings.defaults.wait_after_patch = std::chrono::minutes(60);
  start_test();
  drive();
  EXPECT_EQ(column("status"), "error");
  EXPECT_EQ(column("failure_class"), "transient");
  EXPECT_THAT(column("failure_reason"), HasSubstr("within 30 minutes"));
  EXPECT_EQ(column("rollback_status"), "verified");
  expect_host_is_back();
}

TEST_F(EngineRun, ShowsProgressAndResult) {
  const auto test = start_test();
  const auto one = runner("node-a");
  drive_until(*one, "stabilize");
  {
    db::Tx tx(database.pool());
    const auto status = engine::status_json(tx, test, clock.now());
    ASSERT_TRUE(status);
    EXPECT_EQ(status->at("current_phase").as_string(), "stabilize");
    EXPECT_EQ(status->at("phases").as_array().size(), 9U);
    EXPECT_EQ(status->at("phases").as_array().back().as_object().at("status").as_string(), "pending");
    EXPECT_EQ(status->at("progress_percent").as_int64(), 50);
    EXPECT_FALSE(status->at("events").as_array().empty());
    EXPECT_EQ(engine::result_json(tx, test).error().code, ErrorCode::TestNotComplete);
    EXPECT_EQ(engine::result_json(tx, TestId{99}).error().code, ErrorCode::NotFound);
  }
  drive(*one);
  db::Tx tx(database.pool());
  const auto result = engine::result_json(tx, test);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->at("result").as_string(), "passed");
  const auto& metrics = result->at("metrics").as_object();
  EXPECT_EQ(metrics.at("source").as_string(), "prometheus");
  EXPECT_EQ(metrics.at("delta").as_object().at("cpu_percent").to_number<double>(), 2.0);
  EXPECT_EQ(metrics.at("evaluation").as_object().at("services_check").as_string(), "passed");
  EXPECT_EQ(result->at("packages").as_array().size(), 2U);
  EXPECT_TRUE(result->at("services").as_object().at("all_healthy").as_bool());
  const auto summary = engine::latest_passed(tx, QueueId{1});
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->cpu_delta, 2.0);
  EXPECT_TRUE(summary->services_ok);
}

}  // namespace
}  // namespace spm::test
