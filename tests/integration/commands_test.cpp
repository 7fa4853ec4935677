// Both ways of running commands, through one suite: the Salt API and UYUNI's remote scripts.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "integrations/uyuni/script_commands.hpp"
#include "tests/integration/sandbox_fixture.hpp"

namespace spm {
namespace {

using ports::BatchState;
using sandbox::FaultPlan;
using sandbox::Target;

enum class Backend { Salt, Uyuni };

class CommandsOverTheWire : public testing::TestWithParam<Backend> {
 protected:
  CommandsOverTheWire() {
    if (GetParam() == Backend::Salt) {
      commands = std::make_unique<salt::SaltCommands>(hosts.salt_options(), clock);
    } else {
      client = std::make_unique<uyuni::UyuniClient>(hosts.uyuni_options(), clock);
      commands = std::make_unique<uyuni::UyuniCommands>(*client);
    }
  }
  [[nodiscard]] Target upstream() const { return GetParam() == Backend::Salt ? Target::Salt : Target::Uyuni; }

  ports::CommandBatch batch(std::vector<ports::Command> list, const std::string& name = "test-ubuntu-2404") {
    static std::atomic<int> counter{0};
    const auto minion =
        hosts->simulation().with([&](const sandbox::Simulation::View& view) { return view.world.host_by_name(name)->minion_id; });
    return {{hosts.system(name), minion}, std::move(list), fmt::format("20261123132434{:06}", ++counter), clock.now()};
  }
  ports::BatchReport end_of(const ports::CommandBatch& b, const std::string& handle) {
    ports::BatchReport last;
    EXPECT_TRUE(test::eventually([&] {
      auto report = commands->report(b, handle);
      EXPECT_TRUE(report) << report.error().message;
      if (report) last = std::move(*report);
      return last.state != BatchState::Running;
    }));
    return last;
  }
  ports::BatchReport run(const ports::CommandBatch& b) {
    const auto handle = commands->start(b);
    EXPECT_TRUE(handle) << handle.error().message;
    return handle ? end_of(b, *handle) : ports::BatchReport{};
  }

  SystemClock clock;
  test::RunningSandbox hosts;
  std::unique_ptr<uyuni::UyuniClient> client;
  std::unique_ptr<ports::Commands> commands;
};

INSTANTIATE_TEST_SUITE_P(Backends, CommandsOverTheWire, testing::Values(Backend::Salt, Backend::Uyuni),
                         [](const auto& parameter) { return parameter.param == Backend::Salt ? "Salt" : "Uyuni"; });

TEST_P(CommandsOverTheWire, EveryCommandHasItsOutputAndStatus) {
  const auto report = run(batch({{{"cat", "/proc/sys/kernel/random/boot_id"}},
                                 {{"systemctl", "is-active", "--", "cron", "no-such-unit"}},
                                 {{"no-such-command"}},
                                 {{"true"}}}));
  ASSERT_EQ(report.state, BatchState::Done) << report.reason;
  ASSERT_EQ(report.outputs.size(), 4U);
  EXPECT_EQ(report.outputs[0].exit_status, 0);
  EXPECT_EQ(report.outputs[0].output.size(), 37U);
  EXPECT_THAT(report.outputs[1].output, testing::StartsWith("active\n"));
  EXPECT_EQ(report.outputs[2].exit_status, 127);
  EXPECT_EQ(report.outputs[3].exit_status, 0);
  EXPECT_EQ(report.outputs[3].output, "");
}

TEST_P(CommandsOverTheWire, PackageListsComeWhole) {
  const auto report = run(batch({{{"dpkg-query", "-W", "-f", "${binary:Package}\\t${Version}\\t${db:Status-Abbrev}\\n"}}}));
  ASSERT_EQ(report.state, BatchState::Done) << report.reason;
  EXPECT_THAT(report.outputs[0].output, testing::HasSubstr("openssl\t"));
}

TEST_P(CommandsOverTheWire, ABatchThatStartedIsFoundAndOthersAreNot) {
  const auto first = batch({{{"true"}}});
  EXPECT_EQ(commands->find(first).value(), std::nullopt);
  const auto handle = commands->start(first);
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_EQ(commands->find(first).value(), *handle);
  EXPECT_EQ(commands->find(batch({{{"true"}}})).value(), std::nullopt);
}

TEST_P(CommandsOverTheWire, ALostAnswerIsMadeGoodByLooking) {
  const auto lost = batch({{{"true"}}});
  ASSERT_TRUE(commands->find(lost));  // logged in
  {
    FaultPlan plan;
    plan.drop_rate = 1;
    const auto trouble = hosts.trouble(upstream(), plan);
    const auto handle = commands->start(lost);
    ASSERT_FALSE(handle);
    EXPECT_EQ(handle.error().upstream, UpstreamFailure::OutcomeUnknown);
  }
  const auto found = commands->find(lost);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(*found);
  EXPECT_EQ(end_of(lost, **found).state, BatchState::Done);
}

TEST_P(CommandsOverTheWire, AnOfflineMinionLosesItsBatch) {
  hosts.set_online("test-ubuntu-2404", false);
  const auto report = run(batch({{{"true"}}}));
  EXPECT_EQ(report.state, BatchState::Lost);
  EXPECT_THAT(report.reason, testing::HasSubstr("down or could not be contacted"));
}

TEST_P(CommandsOverTheWire, ASessionThatEndsMidwayIsNotNoticed) {
  ASSERT_EQ(run(batch({{{"true"}}})).state, BatchState::Done);
  hosts->drop_sessions(upstream());
  const auto b = batch({{{"true"}}});
  const auto handle = commands->start(b);
  ASSERT_TRUE(handle) << handle.error().message;
  hosts->drop_sessions(upstream());
  EXPECT_EQ(end_of(b, *handle).state, BatchState::Done);
}

TEST_P(CommandsOverTheWire, ALongCommandIsRunningUntilItEnds) {
  const auto b = batch({{{"sleep", "100"}, std::chrono::seconds(200)}});  // two seconds of the sandbox's time
  const auto handle = commands->start(b);
  ASSERT_TRUE(handle) << handle.error().message;
  const auto early = commands->report(b, *handle);
  ASSERT_TRUE(early) << early.error().message;
  EXPECT_EQ(early->state, BatchState::Running);
  EXPECT_EQ(end_of(b, *handle).state, BatchState::Done);
}

TEST_P(CommandsOverTheWire, ACommandThatTakesTooLongEndsWith124) {
  const auto report = run(batch({{{"sleep", "100"}, std::chrono::seconds(10)}, {{"true"}}}));
  ASSERT_EQ(report.state, BatchState::Done) << report.reason;
  EXPECT_EQ(report.outputs[0].exit_status, 124);
  EXPECT_EQ(report.outputs[1].exit_status, 0);
}

TEST_P(CommandsOverTheWire, WhateverGoesWrongIsAnError) {
  const auto b = batch({{{"true"}}});
  const auto handle = commands->start(b);
  ASSERT_TRUE(handle) << handle.error().message;
  for (const auto& [name, plan, expected] : test::troubles()) {
    if (plan.hang || plan.never_end) continue;  // they cost the whole deadline, and are covered for each upstream
    const auto trouble = hosts.trouble(upstream(), plan);
    const auto report = commands->report(b, *handle);
    ASSERT_FALSE(report) << name;
    EXPECT_NE(report.error().upstream, UpstreamFailure::None) << name << ": " << report.error().message;
  }
}

}  // namespace
}  // namespace spm
