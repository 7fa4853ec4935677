// The Salt API client against the sandbox's server: what only Salt does. Running commands is in commands_test.cpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/sandbox_fixture.hpp"

namespace spm::salt {
namespace {

using sandbox::Target;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* kJob = "20261123132434123456";

ports::CommandBatch batch_on(const std::string& minion) { return {{SystemId{1}, minion}, {{{"true"}}}, kJob, {}}; }

TEST(SaltOverTheWire, TheProbePassesAndNamesWhatIsMissing) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  const auto report = SaltCommands(hosts.salt_options(), clock).probe();
  ASSERT_TRUE(report) << report.error().message;

  auto options = hosts.salt_options();
  options.password = "wrong password";
  const auto refused = SaltCommands(options, clock).probe();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Refused);
  EXPECT_EQ(refused.error().message.find("wrong password"), std::string::npos);
}

TEST(SaltOverTheWire, AClientKindThatIsNotEnabledIsNamed) {
  const SystemClock clock;
  test::RunningSandbox hosts(50, [](sandbox::Scenario& scenario) { scenario.salt.clients = {"runner"}; });
  const auto refused = SaltCommands(hosts.salt_options(), clock).probe();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Refused);
  EXPECT_THAT(refused.error().message, HasSubstr("netapi_enable_clients"));
}

TEST(SaltOverTheWire, AMinionThatTheMasterDoesNotKnowIsRefused) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  SaltCommands commands(hosts.salt_options(), clock);
  for (const char* minion : {"no-such-minion", "", "*", "a,b"}) {
    const auto started = commands.start(batch_on(minion));
    ASSERT_FALSE(started) << minion;
    EXPECT_EQ(started.error().upstream, UpstreamFailure::Refused) << minion;
  }
}

TEST(SaltOverTheWire, AReturnThatNeverComesIsLost) {
  SystemClock clock;
  test::RunningSandbox hosts;
  hosts->simulation().with([](const auto& view) { return view.jobs.lose_results = 1; });
  SaltCommands commands(hosts.salt_options(), clock);
  const auto minion = hosts->simulation().with([](const auto& view) { return view.world.host_by_name("test-ubuntu-2404")->minion_id; });
  const auto batch = batch_on(minion);
  ASSERT_TRUE(commands.start(batch));
  ports::BatchReport last;
  EXPECT_TRUE(test::eventually([&] {
    auto report = commands.report(batch, kJob);
    if (report) last = std::move(*report);
    return last.state == ports::BatchState::Lost;
  }));
  EXPECT_THAT(last.reason, HasSubstr("does not know the job"));
}

TEST(SaltOverTheWire, WhateverGoesWrongIsAnErrorOfSalt) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  for (const auto& kind : test::troubles()) {
    const auto& [name, plan, expected] = kind;
    auto options = hosts.salt_options();
    options.timeout = kind.patience();
    SaltCommands commands(options, clock);
    ASSERT_TRUE(commands.find(batch_on("x")));
    const auto trouble = hosts.trouble(Target::Salt, plan);
    const auto found = commands.find(batch_on("x"));
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, ErrorCode::SaltError) << name;
    EXPECT_THAT(expected, Contains(found.error().upstream)) << name << ": " << found.error().message;
  }
}

TEST(SaltOverTheWire, AServerThatIsGoneIsUnreachableAndComesBack) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  SaltCommands commands(hosts.salt_options(), clock);
  ASSERT_TRUE(hosts->set_listening(Target::Salt, false));
  const auto gone = commands.probe();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().upstream, UpstreamFailure::Unreachable);
  ASSERT_TRUE(hosts->set_listening(Target::Salt, true));
  EXPECT_TRUE(test::eventually([&] { return commands.probe().has_value(); }));
}

}  // namespace
}  // namespace spm::salt
