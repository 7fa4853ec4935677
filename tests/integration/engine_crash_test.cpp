// The process dies at every named instant of a run, once each, and another orchestrator takes over when the lease has run out. Whatever
// the instant, the erratum is applied once, the system is restarted once, and the result is the same.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

class EngineCrash : public EngineTest {
 protected:
  // The name of every failpoint that a whole run passes, in order.
  std::vector<std::string> failpoints_of_a_run() {
    std::vector<std::string> seen;
    const auto one = runner("node-a", [&](std::string_view name) {
      if (std::find(seen.begin(), seen.end(), name) == seen.end()) seen.emplace_back(name);
    });
    start_test();
    drive(*one);
    return seen;
  }

  void drive_with_death_at(const std::string& instant) {
    const auto dying = runner("node-a", [&](std::string_view name) {
      if (name == instant) throw Death{};
    });
    start_test();
    try {
      drive(*dying);
    } catch (const Death&) {
      const auto heir = runner("node-b");
      drive(*heir);
    }
  }

  // Back to a queued item on a fresh system, as if nothing had been.
  void start_over() {
    for (const char* table : {"test_snapshots", "test_evidence", "patch_test_operations", "patch_test_phases", "patch_tests", "events",
                              "patch_test_queue", "system_errata", "systems", "risk_profiles", "errata_cache"}) {
      (void)database.query(std::string("DELETE FROM ") + table);
    }
    (void)database.query("ALTER TABLE patch_test_queue ALTER COLUMN id RESTART");
    seed();
    clock.advance(std::chrono::hours(1));
  }
};

TEST_F(EngineCrash, AtEveryInstantOfAPassingRunWithReboot) {
  fleet.patch.requires_reboot = true;
  const auto instants = failpoints_of_a_run();
  ASSERT_EQ(column("status"), "passed");
  ASSERT_GT(instants.size(), 40U);
  for (const auto& instant : instants) {
    SCOPED_TRACE("death at " + instant);
    start_over();
    fleet.host = ubuntu_host();
    fleet.effects.clear();
    fleet.applied = fleet.schedules = fleet.reboots = 0;
    drive_with_death_at(instant);
    EXPECT_EQ(column("status"), "passed") << column("failure_reason");
    EXPECT_EQ(item("status"), "pending_approval");
    EXPECT_EQ(fleet.schedules, 1) << "patched twice";
    EXPECT_EQ(fleet.reboots, 1) << "restarted twice";
    EXPECT_EQ(fleet.host.snapshots.size(), 1U) << "two snapshots";
    EXPECT_EQ(count("risk_profiles WHERE times_tested = 1"), 1);
    EXPECT_EQ(count("audit_log WHERE action = 'test.finish' AND subject_id = (SELECT max(id)::text FROM patch_tests)"), 1);
    if (HasFailure()) break;
  }
}

TEST_F(EngineCrash, AtEveryInstantOfARunThatIsRolledBack) {
  fleet.patch.requires_reboot = true;
  fleet.patch.cpu_after = 99;
  const auto instants = failpoints_of_a_run();
  ASSERT_EQ(column("rollback_status"), "verified");
  for (const auto& instant : instants) {
    SCOPED_TRACE("death at " + instant);
    start_over();
    fleet.host = ubuntu_host();
    fleet.effects.clear();
    fleet.applied = fleet.schedules = fleet.reboots = 0;
    drive_with_death_at(instant);
    EXPECT_EQ(column("status"), "failed") << column("failure_reason");
    EXPECT_EQ(column("rollback_status"), "verified") << phase_detail("rollback") << " / " << phase_detail("post_rollback");
    EXPECT_EQ(fleet.schedules, 1);
    EXPECT_EQ(fleet.reboots, 2) << "once forth, once back";
    EXPECT_EQ(count("risk_profiles WHERE times_failed = 1"), 1);
    expect_host_is_back();
    if (HasFailure()) break;
  }
}

TEST_F(EngineCrash, LostAnswerOfASchedulingCallIsAdopted) {
  fleet.patch.requires_reboot = true;
  fleet.faults.lose_schedule_answers = 2;
  start_test();
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
  EXPECT_EQ(fleet.schedules, 1);
  EXPECT_EQ(fleet.reboots, 1);
}

TEST_F(EngineCrash, AbortBetweenIntentAndIdStillEndsTheAction) {
  fleet.patch.never_ends = true;
  fleet.faults.lose_schedule_answers = 1;
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "patch");
  ASSERT_TRUE(one->run_one());
  ASSERT_EQ(count("patch_test_operations WHERE kind = 'apply_errata' AND state = 'intended'"), 1);
  (void)database.query("UPDATE patch_tests SET abort_requested_at = '2026-11-23Z'");
  drive(*one);
  EXPECT_EQ(column("status"), "aborted");
  EXPECT_THAT(fleet.effects, ::testing::Contains("cancel 41"));
  EXPECT_NE(system("quarantined_at"), "") << "the system had picked the action up";
}

TEST_F(EngineCrash, WhoLostTheLeaseTouchesNothing) {
  start_test();
  bool stolen = false;
  const auto heir = runner("node-b");
  std::unique_ptr<engine::Runner> sleeper;
  sleeper = runner("node-a", [&](std::string_view name) {
    if (stolen || name != "apply.intended") return;
    stolen = true;  // node-a sleeps here for longer than its lease, and node-b takes over and ends the run
    clock.advance(std::chrono::minutes(1));
    drive(*heir);
    sleeper->renew_leases();  // its heartbeat finds out
  });
  drive_until(*sleeper, "patch");
  ASSERT_TRUE(sleeper->run_one());
  EXPECT_TRUE(stolen);
  EXPECT_EQ(fleet.schedules, 1);
  EXPECT_EQ(column("status"), "passed");
  EXPECT_EQ(count("audit_log WHERE action = 'test.finish' AND subject_id = (SELECT max(id)::text FROM patch_tests)"), 1);
}

TEST_F(EngineCrash, ALeaseIsNotTakenWhileItLasts) {
  start_test();
  const auto other = runner("node-b");
  int taken = 0;
  const auto one = runner("node-a", [&](std::string_view name) {
    if (!name.ends_with(".committed")) taken += other->run_one() ? 1 : 0;  // once committed it is free
  });
  drive(*one);
  EXPECT_EQ(taken, 0);
}

TEST_F(EngineCrash, RenewedLeasesHold) {
  settings.lease = std::chrono::milliseconds(30'000);
  start_test();
  const auto other = runner("node-b");
  int taken = 0;
  std::unique_ptr<engine::Runner> one;
  one = runner("node-a", [&](std::string_view name) {
    if (name != "probe.acted") return;
    for (int i = 0; i < 5; ++i) {
      clock.advance(std::chrono::seconds(20));
      one->renew_leases();
      taken += other->run_one() ? 1 : 0;
    }
  });
  drive(*one);
  EXPECT_EQ(taken, 0);
  EXPECT_EQ(column("status"), "passed");
}

TEST_F(EngineCrash, AnExceptionInAStepIsRetriedLater) {
  start_test();
  int thrown = 0;
  const auto one = runner("node-a", [&](std::string_view name) {
    if (name == "snapshot.answered" && thrown++ < 2) throw std::runtime_error("a bug");
  });
  drive(*one);
  EXPECT_EQ(column("status"), "passed");
  EXPECT_GE(thrown, 3);
}

TEST_F(EngineCrash, AStepThatAlwaysThrowsStillEnds) {
  start_test();
  const auto one = runner("node-a", [](std::string_view name) {
    if (name == "packages.intended") throw std::runtime_error("a bug");
  });
  drive(*one);
  EXPECT_EQ(column("status"), "error");
  EXPECT_EQ(column("failure_phase"), "baseline");
}

}  // namespace
}  // namespace spm::test
