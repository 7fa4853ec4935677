// The life of an action, by a clock that the test moves. Speed 10: the seconds below are tenths of the simulated ones.
#include "sandbox/actions.hpp"

#include "sandbox/power.hpp"
#include "sandbox/test_world.hpp"

namespace spm::sandbox {
namespace {

class ActionsTest : public testing::Test {
 protected:
  int schedule(ActionType type, std::vector<int> errata = {}, std::string script = "true") {
    Action action{.type = type, .name = display_name(type), .scheduler = "admin", .earliest = world.now(), .errata = std::move(errata)};
    action.script.content = std::move(script);
    action.systems.push_back({.sid = host().sid});
    return actions.schedule(std::move(action));
  }
  Host& host() { return *world.host_by_name(name); }
  int erratum(const std::string& advisory) { return world.errata().find(advisory)->id; }
  const SystemAction& entry(int id) { return *actions.find(id)->on(host().sid); }
  void pass(double simulated) { world.advance(world.now() + world.scaled(Seconds(simulated))); }
  bool needs(const std::string& advisory) {
    const auto& needed = host().needed;
    return std::binary_search(needed.begin(), needed.end(), erratum(advisory));
  }

  std::string name = "test-ubuntu";
  FakeClock clock;
  World world{test_scenario(), 10, clock.now()};
  Actions actions{world};
};

TEST_F(ActionsTest, PatchIsQueuedPickedUpAndCompletedAndReallyInstalls) {
  const int id = schedule(ActionType::PatchUpdate, {erratum("USN-1-1")});
  EXPECT_EQ(entry(id).status, ActionStatus::Queued);
  pass(2);
  EXPECT_EQ(entry(id).status, ActionStatus::PickedUp);
  pass(60);
  EXPECT_EQ(entry(id).status, ActionStatus::Completed);
  EXPECT_EQ(host().packages.at("openssl").front().evr, "3.0.13-0ubuntu3.5");
  EXPECT_EQ(host().profile.at("openssl").front().evr, "3.0.13-0ubuntu3.5");
}

TEST_F(ActionsTest, NeededCacheLagsBehindThePatch) {
  schedule(ActionType::PatchUpdate, {erratum("USN-1-1")});
  pass(40);
  EXPECT_EQ(host().packages.at("openssl").front().evr, "3.0.13-0ubuntu3.5");
  EXPECT_TRUE(needs("USN-1-1"));
  pass(70);
  EXPECT_FALSE(needs("USN-1-1"));
  EXPECT_TRUE(needs("USN-2-1"));
}

TEST_F(ActionsTest, ServerAddsAPackageListRefreshOfItsOwn) {
  schedule(ActionType::PatchUpdate, {erratum("USN-1-1")});
  pass(120);
  ASSERT_EQ(actions.all().size(), 2U);
  EXPECT_EQ(actions.all()[1].type, ActionType::PackageRefresh);
  EXPECT_FALSE(actions.all()[1].scheduler.has_value());
  EXPECT_EQ(actions.all()[1].systems[0].status, ActionStatus::Completed);
}

TEST_F(ActionsTest, OfflineMinionFailsAtOnceAndIsNotWaitedFor) {
  set_reachable(world, host(), false);
  const int id = schedule(ActionType::PatchUpdate, {erratum("USN-1-1")});
  pass(10);
  EXPECT_EQ(entry(id).status, ActionStatus::Failed);
  EXPECT_EQ(entry(id).message, "Minion is down or could not be contacted.");
}

TEST_F(ActionsTest, RebootCompletesOnlyWhenTheUptimeIsReported) {
  const auto boot_id = host().boot_id;
  const int id = schedule(ActionType::Reboot);
  pass(100);
  EXPECT_TRUE(host().online);
  pass(100);
  EXPECT_FALSE(host().online);
  pass(45);
  EXPECT_TRUE(host().online);
  EXPECT_NE(host().boot_id, boot_id);
  EXPECT_EQ(entry(id).status, ActionStatus::PickedUp);
  pass(20);
  EXPECT_EQ(entry(id).status, ActionStatus::Completed);
  EXPECT_EQ(entry(id).message, "Reboot completed.");
}

TEST_F(ActionsTest, LostResultStaysPickedUpUntilTheCleanUp) {
  actions.troubles.lose_results = 1;
  const int id = schedule(ActionType::PatchUpdate, {erratum("USN-1-1")});
  pass(600);
  EXPECT_EQ(entry(id).status, ActionStatus::PickedUp);
  EXPECT_EQ(host().packages.at("openssl").front().evr, "3.0.13-0ubuntu3.5");
  pass(25 * 3600);
  EXPECT_EQ(entry(id).status, ActionStatus::Failed);
  EXPECT_EQ(entry(id).message, "No job return event was received.");
}

TEST_F(ActionsTest, FailingPatchChangesNothing) {
  name = "test-alma";
  const int id = schedule(ActionType::PatchUpdate, {erratum("ALSA-2")});
  pass(120);
  EXPECT_EQ(entry(id).status, ActionStatus::Failed);
  EXPECT_EQ(entry(id).message, "Error: Transaction test error");
  EXPECT_EQ(host().packages.at("tar").front().evr, "2:1.34-6.el9_4.1");
}

TEST_F(ActionsTest, PatchThatInstallsNothingStillCompletes) {
  name = "test-alma";
  const auto before = host().packages;
  const int id = schedule(ActionType::PatchUpdate, {erratum("ALSA-3")});
  pass(120);
  EXPECT_EQ(entry(id).status, ActionStatus::Completed);
  EXPECT_EQ(host().packages, before);
}

TEST_F(ActionsTest, ScriptRunsAndKeepsItsOutputInUyunisLayout) {
  const int id = schedule(ActionType::Script, {}, "#!/bin/sh\necho out\ncat /nope\ntrue\n");
  pass(20);
  ASSERT_EQ(entry(id).status, ActionStatus::Completed);
  EXPECT_EQ(entry(id).script->output, "stderr:\n\ncat: /nope: No such file or directory\n\nstdout:\n\nout\n\n");
}

TEST_F(ActionsTest, MinionRunsOneStateJobAtATime) {
  schedule(ActionType::PatchUpdate, {erratum("USN-1-1")});
  const int refresh = schedule(ActionType::PackageRefresh);
  pass(10);
  EXPECT_EQ(entry(refresh).status, ActionStatus::PickedUp);
  pass(20);
  EXPECT_EQ(entry(refresh).status, ActionStatus::Completed);
}

TEST_F(ActionsTest, DateOfTheDayBeforeIsAFailedAction) {
  Action action{.type = ActionType::PackageRefresh, .name = "x", .scheduler = "admin", .earliest = world.now() - std::chrono::hours(25)};
  action.systems.push_back({.sid = host().sid});
  const int id = actions.schedule(std::move(action));
  pass(5);
  EXPECT_EQ(entry(id).status, ActionStatus::Failed);
}

TEST_F(ActionsTest, PackagesChangedByHandReachUyuniThroughTheBeacon) {
  const int snapshot = create_snapshot(world, host(), "x", "", {});
  schedule(ActionType::PatchUpdate, {erratum("USN-1-1")});
  pass(300);
  EXPECT_FALSE(needs("USN-1-1"));
  undo_to_snapshot(world, host(), snapshot, {});
  pass(200);
  EXPECT_EQ(host().profile.at("openssl").front().evr, "3.0.13-0ubuntu3.4");
  EXPECT_TRUE(needs("USN-1-1"));
}

}  // namespace
}  // namespace spm::sandbox
