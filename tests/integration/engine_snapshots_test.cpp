// Snapshots stay until the decision about their test has aged, and are then deleted with care.

#include <gmock/gmock.h>

#include "engine/snapshots.hpp"
#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class EngineSnapshots : public EngineTest {
 protected:
  void pass() {
    start_test();
    drive();
    ASSERT_EQ(column("status"), "passed");
  }
  void decide(const std::string& status) {
    (void)database.query("UPDATE patch_test_queue SET status = '" + status + "', changed_at = '" + format_time(clock.now()) +
                         "', completed_at = '" + format_time(clock.now()) + "'");
  }
  // So many days later, with the job running as often as it would have to.
  void let_pass(int days) {
    clock.set(clock.now() + std::chrono::hours(24 * days));
    for (int i = 0; i < 30; ++i) {
      engine::forget_snapshots(database.pool(), clock, settings, fleet);
      clock.set(clock.now() + std::chrono::seconds(15));
    }
  }
  std::string snapshot(const std::string& name) {
    return database.query("SELECT (" + name + ")::text AS value FROM test_snapshots")[0].text_or_null("value").value_or("");
  }
  void expect_untouched() {
    EXPECT_EQ(snapshot("state"), "kept");
    EXPECT_TRUE(fleet.host.snapshots.contains(1));
  }
};

TEST_F(EngineSnapshots, AreKeptWhileNobodyHasDecided) {
  pass();
  let_pass(100);
  expect_untouched();
}

TEST_F(EngineSnapshots, AreDeletedWhenTheDecisionHasAged) {
  pass();
  decide("approved");
  let_pass(13);
  expect_untouched();
  let_pass(2);
  EXPECT_EQ(snapshot("state"), "deleted");
  EXPECT_TRUE(fleet.host.snapshots.empty());
  EXPECT_EQ(count("audit_log WHERE action = 'snapshot.end'"), 1);
  db::Tx tx(database.pool());
  const auto shown = engine::result_json(tx, TestId{1}).value().at("snapshot").as_object();
  EXPECT_EQ(shown.at("id").as_string(), "1");
  EXPECT_EQ(shown.at("status").as_string(), "deleted");
}

TEST_F(EngineSnapshots, OfAFailedTestNeedNoDecision) {
  fleet.patch.stops_services = {"nginx"};
  start_test();
  drive();
  ASSERT_EQ(column("status"), "failed");
  let_pass(15);
  EXPECT_EQ(snapshot("state"), "deleted");
}

TEST_F(EngineSnapshots, OfAQuarantinedSystemStayForWhoeverLooks) {
  fleet.patch.stops_services = {"nginx"};
  fleet.faults.services_stay_down = true;
  start_test();
  drive();
  ASSERT_NE(system("quarantined_at"), "");
  let_pass(50);
  expect_untouched();
}

TEST_F(EngineSnapshots, OfSomebodyElseAreNeverDeleted) {
  pass();
  decide("rejected");
  fleet.host.snapshots[1].description = "before the migration";
  let_pass(15);
  EXPECT_EQ(snapshot("state"), "failed");
  EXPECT_THAT(snapshot("why"), HasSubstr("not ours: its description is \"before the migration\""));
  EXPECT_TRUE(fleet.host.snapshots.contains(1));
  EXPECT_THAT(fleet.effects, Not(Contains("delete snapshot 1")));
}

TEST_F(EngineSnapshots, ThatSomebodyDeletedAreGone) {
  pass();
  decide("approved");
  fleet.host.snapshots.clear();
  let_pass(15);
  EXPECT_EQ(snapshot("state"), "gone");
}

TEST_F(EngineSnapshots, WaitForASystemThatIsAway) {
  pass();
  decide("approved");
  fleet.host.is_online = false;
  let_pass(15);
  EXPECT_EQ(snapshot("state"), "kept");
  EXPECT_THAT(snapshot("why"), HasSubstr("Minion is down"));
  fleet.host.is_online = true;
  let_pass(1);
  EXPECT_EQ(snapshot("state"), "deleted");
}

TEST_F(EngineSnapshots, ThatCannotBeDeletedAreGivenUpAfterAWhile) {
  pass();
  decide("approved");
  fleet.faults.exit_of["snapper"] = 1;
  let_pass(15);
  for (int i = 0; i < 20; ++i) let_pass(1);
  EXPECT_EQ(snapshot("state"), "failed");
  EXPECT_TRUE(fleet.host.snapshots.contains(1));
}

TEST_F(EngineSnapshots, LeaveASystemAloneThatIsBeingTested) {
  pass();
  decide("approved");
  (void)database.query(
      "INSERT INTO patch_tests (queue_id, advisory_name, system_id, target_os, status, phase, due_at, deadline_at, engine_version, config, "
      "facts, started_by, started_at) "
      "SELECT queue_id, advisory_name, system_id, target_os, 'running', 'patch', due_at, deadline_at, engine_version, config, facts, "
      "started_by, started_at FROM patch_tests");
  let_pass(15);
  expect_untouched();
}

}  // namespace
}  // namespace spm::test
