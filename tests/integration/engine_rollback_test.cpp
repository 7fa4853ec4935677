// What happens from the patch on: every failure leads back, the way back is proven, and a system that cannot be proven goes into
// quarantine.

#include <gmock/gmock.h>

#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class EngineRollback : public EngineTest {
 protected:
  void expect_failed(const std::string& phase, const std::string& kind, const std::string& reason) {
    EXPECT_EQ(column("failure_phase"), phase);
    EXPECT_EQ(column("failure_class"), kind);
    EXPECT_THAT(column("failure_reason"), HasSubstr(reason));
    const bool is_about_the_erratum = kind == "patch" || kind == "regression";
    EXPECT_EQ(column("status"), is_about_the_erratum ? "failed" : "error");
    EXPECT_EQ(item("status"), is_about_the_erratum ? "failed" : "retry_pending");
    EXPECT_EQ(count("risk_profiles WHERE times_failed = 1"), is_about_the_erratum ? 1 : 0);
  }
  void expect_back() {
    EXPECT_EQ(column("rollback_status"), "verified") << phase_detail("rollback") << " / " << phase_detail("post_rollback");
    EXPECT_EQ(system("quarantined_at"), "");
    expect_host_is_back();
  }
  void expect_quarantined(const std::string& reason) {
    EXPECT_EQ(column("rollback_status"), "failed");
    EXPECT_NE(system("quarantined_at"), "");
    EXPECT_THAT(system("quarantine_reason"), HasSubstr(reason));
    EXPECT_EQ(count("audit_log WHERE action = 'system.quarantine'"), 1);
    EXPECT_EQ(count("events WHERE topic = 'system'"), 1);
  }
};

TEST_F(EngineRollback, RefusedPatch) {
  fleet.patch.failure = "dpkg: error processing package openssl";
  start_test();
  drive();
  expect_failed("patch", "patch", "dpkg: error processing");
  expect_back();
}

TEST_F(EngineRollback, SuccessWithoutAChangeIsAFailure) {
  fleet.patch.packages = {{"zlib1g:amd64", "1:1.2.11-2"}};  // not one of the erratum's
  start_test();
  drive();
  expect_failed("patch", "patch", "succeeded but no package version changed");
  expect_back();
}

TEST_F(EngineRollback, MinionDownIsInfra) {
  fleet.patch.failure = "Minion is down or could not be contacted.";
  start_test();
  drive();
  expect_failed("patch", "infra", "Minion is down");
  expect_back();
}

TEST_F(EngineRollback, UyuniRefusesToSchedule) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "patch");
  fleet.applicable = std::nullopt;
  drive(*one);
  expect_failed("patch", "infra", "2600");
  EXPECT_EQ(fleet.schedules, 0);
}

TEST_F(EngineRollback, BrokenServiceIsARegressionAndIsRestartedByTheWayBack) {
  fleet.patch.stops_services = {"nginx"};
  start_test();
  drive();
  expect_failed("services", "regression", "nginx (failed)");
  EXPECT_THAT(phase_detail("services"), HasSubstr("after 6 looks"));
  EXPECT_THAT(fleet.effects, Contains("undo 1"));
  EXPECT_THAT(fleet.effects, Contains("restart nginx"));
  expect_back();
}

TEST_F(EngineRollback, ServiceThatRecoversInTimePasses) {
  fleet.patch.stops_services = {"nginx"};
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "services");
  for (int i = 0; i < 6; ++i) step_or_wait(*one);
  fleet.host.services["nginx"] = {"active", 777};
  drive(*one);
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
}

TEST_F(EngineRollback, NewFailedUnitIsARegression) {
  fleet.patch.fails_units = {"certbot.service"};
  start_test();
  drive();
  expect_failed("validate", "regression", "1 new failed unit (0 allowed): certbot");
  expect_back();
}

TEST_F(EngineRollback, CpuOverTheThresholdIsARegression) {
  fleet.patch.cpu_after = 10 + 20.5;
  start_test();
  drive();
  expect_failed("validate", "regression", "CPU use went from 10.0 % to 30.5 %");
  expect_back();
}

TEST_F(EngineRollback, ByPackagesWithoutSnapper) {
  fleet.host.has_snapper = false;
  fleet.patch.stops_services = {"nginx"};
  fleet.patch.packages["libnew"] = "1.0-1";
  start_test();
  drive();
  expect_failed("services", "regression", "nginx");
  EXPECT_EQ(column("rollback_type"), "package");
  EXPECT_THAT(phase_detail("snapshot"), HasSubstr("snapper is not installed"));
  EXPECT_THAT(fleet.effects, Contains("apt-get install -y --allow-downgrades -o Dpkg::Options::=--force-confold -- "
                                      "libssl3:amd64=3.0.2-0ubuntu1.10 openssl=3.0.2-0ubuntu1.10"));
  EXPECT_THAT(fleet.effects, Contains("apt-get remove -y -- libnew"));
  expect_back();
}

TEST_F(EngineRollback, ByPackagesWhenTheSnapshotCannotBeUndone) {
  fleet.faults.undo_fails = true;
  fleet.patch.stops_services = {"nginx"};
  start_test();
  drive();
  expect_back();
  EXPECT_THAT(phase_detail("rollback"), HasSubstr("could not be restored"));
}

TEST_F(EngineRollback, RestartsTheSystemWhenTheRunHadRestartedIt) {
  fleet.patch.requires_reboot = true;
  fleet.patch.cpu_after = 99;
  start_test();
  drive();
  expect_failed("validate", "regression", "CPU use");
  EXPECT_EQ(fleet.reboots, 2);
  expect_back();
}

TEST_F(EngineRollback, SystemThatDoesNotComeBackIsQuarantined) {
  fleet.patch.requires_reboot = true;
  fleet.faults.stays_down = true;
  start_test();
  drive();
  expect_failed("reboot", "transient", "was not back from its reboot within 600 s");
  expect_quarantined("does not answer");
  EXPECT_EQ(item("status"), "retry_pending");
}

TEST_F(EngineRollback, SlowRebootIsTransientAndTheSystemComesBackLater) {
  fleet.patch.requires_reboot = true;
  fleet.reboot_takes = std::chrono::minutes(12);
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "rollback");
  fleet.reboot_takes = std::chrono::minutes(1);
  drive(*one);
  expect_failed("reboot", "transient", "was not back");
  expect_back();
}

TEST_F(EngineRollback, UnchangedBootIdIsNoReboot) {
  fleet.patch.requires_reboot = true;
  fleet.faults.keeps_boot_id = true;
  start_test();
  drive();
  expect_failed("reboot", "transient", "it still runs with its old boot id");
  expect_quarantined("was not back from its reboot");
}

TEST_F(EngineRollback, OldVersionsThatAreGoneMeanQuarantine) {
  fleet.host.has_snapper = false;
  fleet.faults.downgrades_fail = true;
  fleet.patch.stops_services = {"nginx"};
  start_test();
  drive();
  expect_failed("services", "regression", "nginx");
  expect_quarantined("the package manager could not go back");
}

TEST_F(EngineRollback, WithoutAWayBackNothingIsChanged) {
  fleet.host.has_snapper = false;
  fleet.faults.old_versions_gone = true;
  start_test();
  drive();
  EXPECT_EQ(column("failure_phase"), "baseline");
  EXPECT_EQ(column("failure_class"), "infra");
  EXPECT_THAT(column("failure_reason"),
              HasSubstr("no way back: 2 of 2 packages cannot be had in their present version any more: libssl3:amd64=3.0.2-0ubuntu1.10"));
  EXPECT_EQ(fleet.applied, 0);
}

TEST_F(EngineRollback, WithoutAWayBackATestGoesOnWhenPolicySaysSoAndTellsIt) {
  fleet.host.has_snapper = false;
  fleet.faults.old_versions_gone = true;
  settings.defaults.rollback_proof_required = false;
  const auto test = start_test();
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
  db::Tx tx(database.pool());
  EXPECT_THAT(json::serialize(engine::result_json(tx, test).value().at("not_tested")),
              HasSubstr("way back: none was proven: 2 of 2 packages"));
}

TEST_F(EngineRollback, GoesByTheCacheOfThePackageManagerWhenNoRepositoryHasTheOldVersions) {
  fleet.host.has_snapper = false;
  fleet.faults.old_versions_gone = true;
  fleet.host.cached_debs = {"libssl3_3.0.2-0ubuntu1.10_amd64.deb", "openssl_3.0.2-0ubuntu1.10_amd64.deb"};
  fleet.patch.stops_services = {"nginx"};
  start_test();
  drive();
  expect_failed("services", "regression", "nginx");
  EXPECT_THAT(fleet.effects, Contains(HasSubstr("-- /var/cache/apt/archives/libssl3_3.0.2-0ubuntu1.10_amd64.deb")));
  expect_back();
}

TEST_F(EngineRollback, ASnapshotWithoutRoomForItIsNoWayBack) {
  fleet.faults.snapshot_takes_kb = 3'800'000;
  start_test();
  drive();
  EXPECT_EQ(column("failure_phase"), "snapshot");
  EXPECT_THAT(column("failure_reason"), HasSubstr("no way back: with the snapshot only 195 MB are free"));
  EXPECT_EQ(fleet.applied, 0);
  EXPECT_EQ(count("test_snapshots WHERE state = 'kept'"), 1) << "it is there, and will be deleted in its time";
}

TEST_F(EngineRollback, APackageThatStaysBehindMeansQuarantineByName) {
  fleet.host.has_snapper = false;
  fleet.faults.surplus_stays = true;
  fleet.patch.packages["libnew"] = "1.0-1";
  fleet.patch.stops_services = {"nginx"};
  start_test();
  drive();
  expect_quarantined("still differs from its baseline: libnew absent → 1.0-1");
}

TEST_F(EngineRollback, AServiceThatIsMissingMeansQuarantineByName) {
  fleet.patch.cpu_after = 99;
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "post_rollback");
  fleet.host.services.erase("nginx");
  drive(*one);
  expect_quarantined("does not run: nginx");
}

TEST_F(EngineRollback, AUnitThatFailedSinceTheBaselineMeansQuarantineByName) {
  fleet.host.has_snapper = false;
  fleet.patch.cpu_after = 99;
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "post_rollback");
  fleet.host.failed_units.push_back("nightly-backup.service");
  drive(*one);
  expect_quarantined("these units have failed since the baseline: nightly-backup");
}

TEST_F(EngineRollback, AUnitThatFailedWithThePatchIsTriedAgainWithTheOldVersions) {
  fleet.host.has_snapper = false;
  fleet.patch.fails_units = {"nightly-backup.service"};
  start_test();
  drive();
  EXPECT_EQ(column("failure_phase"), "validate");
  EXPECT_THAT(fleet.effects, Contains("restart nightly-backup"));
  EXPECT_EQ(column("rollback_status"), "verified") << phase_detail("post_rollback");
}

TEST_F(EngineRollback, APackageListThatCannotBeReadMeansQuarantine) {
  fleet.patch.cpu_after = 99;
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "post_rollback");
  fleet.faults.exit_of["dpkg-query"] = 2;
  drive(*one);
  expect_quarantined("the package list could not be read");
}

TEST_F(EngineRollback, ASystemThatStillAsksForARebootIsNotBack) {
  fleet.patch.cpu_after = 99;
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "post_rollback");
  fleet.host.reboot_required = true;
  drive(*one);
  expect_quarantined("it still asks for a reboot (/var/run/reboot-required)");
}

TEST_F(EngineRollback, ServiceThatStaysDownMeansQuarantine) {
  fleet.patch.stops_services = {"nginx"};
  fleet.faults.services_stay_down = true;
  start_test();
  drive();
  expect_quarantined("does not run: nginx");
}

TEST_F(EngineRollback, PassedTestStaysPassedWhenTheRestoreFails) {
  settings.defaults.restore_after_test = true;
  fleet.host.has_snapper = false;
  fleet.faults.downgrades_fail = true;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed");
  EXPECT_EQ(item("status"), "pending_approval");
  expect_quarantined("the package manager could not go back");
}

TEST_F(EngineRollback, ActionThatNeverEndsIsCancelledAndTheSystemQuarantined) {
  fleet.patch.never_ends = true;
  start_test();
  drive();
  expect_failed("patch", "transient", "no package has changed");
  EXPECT_THAT(fleet.effects, Contains("cancel 41"));
  expect_quarantined("can still change");
  expect_host_is_back();
}

TEST_F(EngineRollback, AbortAfterThePatchLeadsBack) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "stabilize");
  (void)database.query("UPDATE patch_tests SET abort_requested_at = '2026-11-23Z', abort_reason = 'needed elsewhere'");
  drive(*one);
  EXPECT_EQ(column("status"), "aborted");
  EXPECT_EQ(item("status"), "failed");
  EXPECT_EQ(count("risk_profiles WHERE times_tested = 0"), 1);
  expect_back();
}

}  // namespace
}  // namespace spm::test
