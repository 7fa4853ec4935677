// The UYUNI client against the sandbox's server, over TLS and XML-RPC.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integrations/uyuni/faults.hpp"
#include "integrations/uyuni/fleet.hpp"
#include "integrations/uyuni/inventory.hpp"
#include "integrations/uyuni/probe.hpp"
#include "tests/integration/sandbox_fixture.hpp"

namespace spm::uyuni {
namespace {

using sandbox::FaultPlan;
using sandbox::Target;
using testing::Contains;
using testing::HasSubstr;

class UyuniOverTheWire : public testing::Test {
 protected:
  ActionId schedule(const std::string& advisory) {
    const auto id = fleet.applicable_id(system, {advisory});
    EXPECT_TRUE(id && *id) << advisory;
    const auto action = fleet.schedule_errata(system, {**id}, clock.now());
    EXPECT_TRUE(action) << action.error().message;
    return action.value_or(ActionId{});
  }
  bool ends_as(ActionId action, ports::ActionState state) {
    return test::eventually([&] {
      const auto report = fleet.action_report(system, action);
      EXPECT_TRUE(report) << report.error().message;
      return report && report->state == state;
    });
  }

  SystemClock clock;
  test::RunningSandbox fleet_of_hosts;
  UyuniClient client{fleet_of_hosts.uyuni_options(), clock};
  UyuniInventory inventory{client};
  UyuniFleet fleet{client};
  SystemId system = fleet_of_hosts.system("test-ubuntu-2404");
};

TEST_F(UyuniOverTheWire, TheInventoryIsReadWhole) {
  const auto groups = inventory.groups();
  ASSERT_TRUE(groups) << groups.error().message;
  EXPECT_THAT(*groups, Contains(testing::Field(&ports::SystemGroup::name, "test-ubuntu-2404")));

  const auto systems = inventory.systems();
  ASSERT_TRUE(systems) << systems.error().message;
  ASSERT_EQ(systems->size(), 3U);
  const auto found = std::find_if(systems->begin(), systems->end(), [](const auto& s) { return s.name == "test-ubuntu-2404"; });
  ASSERT_NE(found, systems->end());
  EXPECT_EQ(found->id, system);
  EXPECT_EQ(found->target_os, "ubuntu");
  EXPECT_EQ(found->os_release, "ubuntu-24.04");
  EXPECT_FALSE(found->minion_id.empty());
  EXPECT_FALSE(found->ip.empty());
  EXPECT_THAT(found->groups, Contains("test-ubuntu-2404"));
  const auto rhel = std::find_if(systems->begin(), systems->end(), [](const auto& s) { return s.name == "test-rhel9"; });
  ASSERT_NE(rhel, systems->end());
  EXPECT_EQ(rhel->target_os, "rhel");
  EXPECT_EQ(rhel->os_release, "almalinux-9");
}

TEST_F(UyuniOverTheWire, WhatIsMissingIsToldForEachSystem) {
  const auto applicable = inventory.applicable({system, fleet_of_hosts.system("test-rhel9"), fleet_of_hosts.system("web01")});
  ASSERT_TRUE(applicable) << applicable.error().message;
  ASSERT_EQ(applicable->size(), 3U);
  const auto& errata = applicable->at(system);
  const auto found = std::find_if(errata.begin(), errata.end(), [](const auto& e) { return e.name.value == "USN-7449-1"; });
  ASSERT_NE(found, errata.end());
  EXPECT_TRUE(found->reboot_suggested);
  EXPECT_EQ(found->type, ports::AdvisoryType::Security);
  EXPECT_GT(found->id.value, 0);
  EXPECT_FALSE(found->update_date.empty());
}

TEST_F(UyuniOverTheWire, AnAdvisoryHasSeverityCvesAndPackagesWithSizes) {
  const auto advisory = inventory.advisory({"USN-7278-1"});
  ASSERT_TRUE(advisory) << advisory.error().message;
  EXPECT_EQ(advisory->severity, ports::Severity::High);
  EXPECT_EQ(advisory->cves, (std::set<std::string>{"CVE-2026-13176", "CVE-2026-9143"}));
  ASSERT_TRUE(advisory->packages);
  ASSERT_EQ(advisory->packages->size(), 2U);
  EXPECT_EQ(advisory->packages->front().name, "libssl3t64");
  EXPECT_EQ(advisory->packages->front().evr, "3.0.13-0ubuntu3.5");
  EXPECT_GT(advisory->packages->front().size_bytes.value_or(0), 1'000'000);
  EXPECT_EQ(advisory->distribution, "ubuntu-24.04");
  EXPECT_TRUE(advisory->issued_at);

  const auto unknown = inventory.advisory({"USN-1-1"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().upstream, UpstreamFailure::Refused);
  EXPECT_EQ(fault_code(unknown.error()), -208);
}

TEST_F(UyuniOverTheWire, APatchIsScheduledFollowedAndFound) {
  const auto since = clock.now();
  const auto action = schedule("USN-7278-1");
  EXPECT_EQ(fleet.find_action(system, ports::ActionKind::PatchUpdate, {"USN-7278-1"}, since).value(), action);
  EXPECT_EQ(fleet.find_action(system, ports::ActionKind::PatchUpdate, {"USN-7343-1"}, since).value(), std::nullopt);
  EXPECT_EQ(fleet.find_action(system, ports::ActionKind::Reboot, {}, since).value(), std::nullopt);
  EXPECT_EQ(fleet.find_action(system, ports::ActionKind::PatchUpdate, {"USN-7278-1"}, since + std::chrono::hours(1)).value(), std::nullopt);
  EXPECT_TRUE(ends_as(action, ports::ActionState::Completed));
  EXPECT_TRUE(test::eventually([&] { return fleet.applicable_id(system, {"USN-7278-1"}).value() == std::nullopt; }));
}

TEST_F(UyuniOverTheWire, SchedulingTheSamePatchTwiceIsRefused) {
  fleet_of_hosts->simulation().with([](const auto& view) { return view.actions.troubles.delay = sandbox::Seconds(3600); });
  schedule("USN-7278-1");
  const auto id = fleet.applicable_id(system, {"USN-7278-1"}).value();
  const auto again = fleet.schedule_errata(system, {*id}, clock.now());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().upstream, UpstreamFailure::Refused);
  EXPECT_EQ(fault_code(again.error()), kNotApplicable);
}

TEST_F(UyuniOverTheWire, ALostAnswerIsMadeGoodByLooking) {
  const auto since = clock.now();
  const auto id = fleet.applicable_id(system, {"USN-7278-1"}).value();
  {
    FaultPlan plan;
    plan.drop_rate = 1;
    const auto trouble = fleet_of_hosts.trouble(Target::Uyuni, plan);
    const auto lost = fleet.schedule_errata(system, {*id}, clock.now());
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().upstream, UpstreamFailure::OutcomeUnknown);
  }
  const auto found = fleet.find_action(system, ports::ActionKind::PatchUpdate, {"USN-7278-1"}, since);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(*found);
  EXPECT_TRUE(ends_as(**found, ports::ActionState::Completed));
  const int actions = fleet_of_hosts->simulation().with([](const auto& view) {
    return static_cast<int>(std::count_if(view.actions.all().begin(), view.actions.all().end(),
                                          [](const auto& a) { return a.type == sandbox::ActionType::PatchUpdate; }));
  });
  EXPECT_EQ(actions, 1);
}

TEST_F(UyuniOverTheWire, ARebootCompletesWhenTheSystemIsBack) {
  const auto action = fleet.schedule_reboot(system, clock.now());
  ASSERT_TRUE(action) << action.error().message;
  EXPECT_TRUE(ends_as(*action, ports::ActionState::Completed));
}

TEST_F(UyuniOverTheWire, AnOfflineSystemFailsItsAction) {
  fleet_of_hosts.set_online("test-ubuntu-2404", false);
  const auto action = schedule("USN-7278-1");
  EXPECT_TRUE(ends_as(action, ports::ActionState::Failed));
  EXPECT_THAT(fleet.action_report(system, action)->message, HasSubstr("Minion is down"));
}

TEST_F(UyuniOverTheWire, QueuedAndPickedUpAreToldApartAndBothCanBeEnded) {
  fleet_of_hosts->simulation().with([](const auto& view) { return view.actions.troubles.delay = sandbox::Seconds(36'000); });
  const auto queued = schedule("USN-7278-1");
  EXPECT_EQ(fleet.action_report(system, queued)->state, ports::ActionState::Queued);
  EXPECT_TRUE(fleet.cancel_action(system, queued));
  EXPECT_EQ(fleet.action_report(system, queued)->state, ports::ActionState::Gone);
  EXPECT_TRUE(fleet.cancel_action(system, queued));

  fleet_of_hosts->simulation().with([](const auto& view) {
    view.actions.troubles.delay = sandbox::Seconds(0);
    return view.actions.troubles.lose_results = 1;
  });
  const auto stuck = schedule("USN-7278-1");
  EXPECT_TRUE(ends_as(stuck, ports::ActionState::PickedUp));
  const auto ended = fleet.cancel_action(system, stuck);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(fleet.action_report(system, stuck)->state, ports::ActionState::Failed);
  EXPECT_TRUE(fleet.cancel_action(system, stuck));
}

TEST_F(UyuniOverTheWire, ASessionThatEndsMidwayIsNotNoticed) {
  ASSERT_TRUE(inventory.groups());
  fleet_of_hosts->drop_sessions(Target::Uyuni);
  EXPECT_TRUE(inventory.groups());
  fleet_of_hosts->drop_sessions(Target::Uyuni);
  EXPECT_TRUE(fleet.schedule_reboot(system, clock.now()));
  fleet_of_hosts->drop_sessions(Target::Uyuni);
  EXPECT_TRUE(inventory.applicable({system, fleet_of_hosts.system("test-rhel9"), fleet_of_hosts.system("web01")}));
}

TEST_F(UyuniOverTheWire, NothingIsScheduledWhileTaskomaticIsDown) {
  fleet_of_hosts->simulation().with([](const auto& view) { return view.actions.troubles.taskomatic_up = false; });
  const auto action = fleet.schedule_reboot(system, clock.now());
  ASSERT_FALSE(action);
  EXPECT_EQ(action.error().upstream, UpstreamFailure::Unreachable);
}

TEST_F(UyuniOverTheWire, ANoteIsWritten) {
  EXPECT_TRUE(fleet.add_note(system, "subject", "body with <xml> & more"));
  EXPECT_FALSE(fleet.add_note(SystemId{17}, "subject", "body"));
}

TEST_F(UyuniOverTheWire, WhateverGoesWrongIsAnErrorOfUyuni) {
  for (const auto& kind : test::troubles()) {
    const auto& [name, plan, expected] = kind;
    auto options = fleet_of_hosts.uyuni_options();
    options.timeout = kind.patience();
    UyuniClient fresh(options, clock);
    UyuniInventory reader(fresh);
    ASSERT_TRUE(reader.groups());
    const auto trouble = fleet_of_hosts.trouble(Target::Uyuni, plan);
    const auto systems = reader.groups();
    ASSERT_FALSE(systems) << name;
    EXPECT_EQ(systems.error().code, ErrorCode::UyuniError) << name;
    EXPECT_THAT(expected, Contains(systems.error().upstream)) << name << ": " << systems.error().message;
    EXPECT_EQ(systems.error().message.find(options.password), std::string::npos) << name;
  }
}

TEST_F(UyuniOverTheWire, ACertificateThatNobodyVouchesForIsRefused) {
  auto options = fleet_of_hosts.uyuni_options();
  options.ca_file = "";
  UyuniClient without_ca(options, clock);
  const auto refused = UyuniInventory(without_ca).groups();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Unreachable);
  EXPECT_THAT(refused.error().message, HasSubstr("certificate"));
  options.verify_tls = false;
  UyuniClient unverified(options, clock);
  EXPECT_TRUE(UyuniInventory(unverified).groups());
}

TEST_F(UyuniOverTheWire, TheProbeTellsVersionsAndWrongPasswords) {
  const auto report = UyuniProbe(client).probe();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->version, "2026.06");
  auto options = fleet_of_hosts.uyuni_options();
  options.password = "wrong password";
  UyuniClient stranger(options, clock);
  const auto refused = UyuniProbe(stranger).probe();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Refused);
  EXPECT_EQ(fault_code(refused.error()), kLoginFailed);
  EXPECT_EQ(refused.error().message.find("wrong password"), std::string::npos);
}

TEST_F(UyuniOverTheWire, AServerThatIsGoneIsUnreachableAndComesBack) {
  ASSERT_TRUE(fleet_of_hosts->set_listening(Target::Uyuni, false));
  const auto gone = inventory.groups();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().upstream, UpstreamFailure::Unreachable);
  ASSERT_TRUE(fleet_of_hosts->set_listening(Target::Uyuni, true));
  EXPECT_TRUE(test::eventually([&] { return inventory.groups().has_value(); }));
}

}  // namespace
}  // namespace spm::uyuni
