// The product's own Salt client, and every command that the engine sends, against a real master, API and minions.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/host.hpp"
#include "engine/packages.hpp"
#include "engine/token.hpp"
#include "engine/units.hpp"
#include "engine/way_back.hpp"
#include "tests/real/fleet.hpp"
#include "tests/support/clock.hpp"

namespace spm::real {
namespace {

using namespace std::chrono_literals;
using ports::BatchState;
using testing::HasSubstr;
using testing::Not;

class RealSalt : public testing::Test {
 protected:
  ports::CommandBatch batch(std::vector<ports::Command> list, const std::string& minion = "test1") {
    return {{SystemId{1}, minion}, std::move(list), engine::next_token(clock.now()), clock.now()};
  }
  ports::BatchReport end_of(salt::SaltCommands& salt, const ports::CommandBatch& b, std::chrono::seconds patience = 60s) {
    ports::BatchReport last;
    std::string error;
    EXPECT_TRUE(eventually(
        [&] {
          auto report = salt.report(b, b.token);
          error = report ? "" : report.error().message;
          if (report) last = std::move(*report);
          return last.state != BatchState::Running;
        },
        patience))
        << error;
    return last;
  }
  ports::BatchReport run(const ports::CommandBatch& b) {
    const auto handle = commands.start(b);
    EXPECT_TRUE(handle) << handle.error().message;
    return handle ? end_of(commands, b) : ports::BatchReport{};
  }

  SystemClock clock;
  salt::SaltCommands commands{salt_options(), clock};
};

TEST_F(RealSalt, TheProbePassesWithTheDocumentedRights) {
  const auto report = commands.probe();
  EXPECT_TRUE(report) << report.error().message;
}

TEST_F(RealSalt, WhatAnAccountMayNotDoIsNamed) {
  auto options = salt_options();
  options.password = "wrong";
  const auto refused = salt::SaltCommands(options, clock).probe();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Refused);
  EXPECT_THAT(refused.error().message, HasSubstr("SALT_API_PASSWORD"));

  options = salt_options();
  options.user = "limited";
  const auto denied = salt::SaltCommands(options, clock).start(batch({{{"true"}}}));
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().upstream, UpstreamFailure::Refused) << denied.error().message;
  EXPECT_THAT(denied.error().message, HasSubstr("may not do this"));
  const auto no_jobs = salt::SaltCommands(options, clock).find(batch({{{"true"}}}));
  ASSERT_FALSE(no_jobs);
  EXPECT_EQ(no_jobs.error().upstream, UpstreamFailure::Refused) << no_jobs.error().message;

  options.user = "powerless";
  const auto powerless = salt::SaltCommands(options, clock).probe();
  ASSERT_FALSE(powerless);
  EXPECT_EQ(powerless.error().upstream, UpstreamFailure::Refused) << powerless.error().message;
}

TEST_F(RealSalt, EveryCommandHasItsOutputAndStatus) {
  const auto report = run(batch({{{"printf", "%s", "no newline"}},
                                 {{"no-such-command"}},
                                 {{"sh", "-c", "echo out; echo err >&2; exit 7"}},
                                 {{"sleep", "30"}, 1s},
                                 {{"true"}}}));
  ASSERT_EQ(report.state, BatchState::Done) << report.reason;
  ASSERT_EQ(report.outputs.size(), 5U);
  EXPECT_EQ(report.outputs[0].output, "no newline");
  EXPECT_EQ(report.outputs[1].exit_status, 127);
  EXPECT_EQ(report.outputs[2].exit_status, 7);
  EXPECT_EQ(report.outputs[2].output, "out\nerr\n");
  EXPECT_EQ(report.outputs[3].exit_status, 124);
  EXPECT_EQ(report.outputs[4].exit_status, 0);
}

TEST_F(RealSalt, WordsArriveUnchanged) {
  const std::vector<std::string> words{"name=value",
                                       "it's \"quoted\"",
                                       "$(reboot) `reboot` ${HOME} $HOME",
                                       "{{ grains['id'] }} {% raw %}",
                                       "a\nb\tc",
                                       "Größe 漢字 🙂",
                                       "-n --",
                                       "*",
                                       "",
                                       "back\\slash\\n",
                                       "\x01\x7f",
                                       "; true & false | cat > /dev/null"};
  std::vector<ports::Command> list;
  for (const auto& word : words) list.push_back({{"printf", "%s", word}});
  const auto report = run(batch(std::move(list)));
  ASSERT_EQ(report.state, BatchState::Done) << report.reason;
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(report.outputs[i].output, words[i]) << i;
}

TEST_F(RealSalt, OutputThatIsNoTextAndLongOutputComeBack) {
  const auto report = run(batch({{{"printf", "\\377\\000x"}}, {{"sh", "-c", "yes 0123456789abcde | head -n 60000"}}, {{"echo", "after"}}}));
  ASSERT_EQ(report.state, BatchState::Done) << report.reason;
  EXPECT_THAT(report.outputs[0].output, HasSubstr("x"));
  EXPECT_EQ(report.outputs[1].output.size(), 60000U * 16);
  EXPECT_EQ(report.outputs[2].output, "after\n");
}

TEST_F(RealSalt, OutputThatSaltCutsAwayIsLostWithTheReason) {
  const auto report = run(batch({{{"sh", "-c", "yes 0123456789abcde | head -n 131072"}}}));  // 2 MiB
  EXPECT_EQ(report.state, BatchState::Lost);
  EXPECT_THAT(report.reason, HasSubstr("max_event_size"));
}

TEST_F(RealSalt, ABatchRunsOnceHoweverOftenItIsSent) {
  const auto b = batch({{{"sh", "-c", "echo ran >> /tmp/once"}}});
  ASSERT_EQ(run(b).state, BatchState::Done);
  const auto again = commands.start(b);
  EXPECT_TRUE(again) << again.error().message;
  const auto count = run(batch({{{"sleep", "2"}}, {{"sh", "-c", "wc -l < /tmp/once; rm /tmp/once"}}}));
  ASSERT_EQ(count.state, BatchState::Done) << count.reason;
  EXPECT_EQ(count.outputs[1].output, "1\n");
}

TEST_F(RealSalt, TwoMinionsAtOnceEachAnswerForThemselves) {
  const std::vector<ports::Command> who{{{"sh", "-c", "sleep 2; tr '\\0' ' ' < /proc/1/cmdline"}}};
  const auto first = batch(who, "test1");
  const auto second = batch(who, "test2");
  ASSERT_NE(first.token, second.token);
  ASSERT_TRUE(commands.start(first));
  ASSERT_TRUE(commands.start(second));
  const auto of_first = end_of(commands, first);
  const auto of_second = end_of(commands, second);
  ASSERT_EQ(of_first.state, BatchState::Done) << of_first.reason;
  ASSERT_EQ(of_second.state, BatchState::Done) << of_second.reason;
  EXPECT_THAT(of_first.outputs[0].output, Not(HasSubstr("/etc/salt-real/test2")));
  EXPECT_THAT(of_second.outputs[0].output, HasSubstr("/etc/salt-real/test2"));
}

TEST_F(RealSalt, AStartedBatchIsFoundAndAnotherIsNot) {
  const auto b = batch({{{"true"}}});
  const auto before = commands.find(b);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_FALSE(*before);
  ASSERT_EQ(run(b).state, BatchState::Done);
  const auto after = commands.find(b);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(*after, b.token);
}

TEST_F(RealSalt, ALongBatchIsRunningUntilItEnds) {
  const auto b = batch({{{"sleep", "12"}, 30s}});
  ASSERT_TRUE(commands.start(b));
  std::this_thread::sleep_for(6s);  // longer than a lost one is looked for
  const auto early = commands.report(b, b.token);
  ASSERT_TRUE(early) << early.error().message;
  EXPECT_EQ(early->state, BatchState::Running) << early->reason;
  EXPECT_EQ(end_of(commands, b).state, BatchState::Done);
}

TEST_F(RealSalt, AMinionThatTheMasterDoesNotKnowIsRefused) {
  const auto started = commands.start(batch({{{"true"}}}, "test-nobody"));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().upstream, UpstreamFailure::Refused) << started.error().message;
}

TEST_F(RealSalt, ATokenThatDiedOnTheServerIsRenewedInTheMiddle) {
  test::ManualClock standing(clock.now());  // believes that its token still lives
  salt::SaltCommands salt(salt_options(), standing);
  ASSERT_TRUE(salt.probe());
  std::this_thread::sleep_for(std::chrono::seconds(std::stoi(from_environment("SPM_REAL_SALT_TOKEN_LIFE")) + 2));
  const auto b = batch({{{"echo", "hello"}}});
  const auto handle = salt.start(b);
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_EQ(end_of(salt, b).state, BatchState::Done);
  std::this_thread::sleep_for(std::chrono::seconds(std::stoi(from_environment("SPM_REAL_SALT_TOKEN_LIFE")) + 2));
  const auto found = salt.find(b);  // a lookup says it in other words
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, b.token);
}

// Each command, as it reads a real Debian.
TEST_F(RealSalt, TheEngineUnderstandsWhatARealSystemAnswers) {
  using namespace spm::engine;
  const std::vector<std::string> units{"salt-minion", "no-such-unit"};
  const auto report = run(batch({read_boot_id(),
                                 read_kernel(),
                                 read_free_space(),
                                 read_locks(),
                                 read_reboot_flag("debian"),
                                 read_file("/etc/os-release"),
                                 read_file("/proc/stat"),
                                 {{"sleep", "1"}},
                                 read_file("/proc/stat"),
                                 read_file("/proc/meminfo"),
                                 list_packages(versions::Family::Deb),
                                 show_units(units),
                                 list_running_services(),
                                 list_failed_units(),
                                 list_snapshots()}));
  ASSERT_EQ(report.state, BatchState::Done) << report.reason;
  const auto& out = report.outputs;
  EXPECT_TRUE(boot_id_in(out[0])) << out[0].output;
  EXPECT_TRUE(kernel_in(out[1])) << out[1].output;
  EXPECT_GT(free_kilobytes_in(out[2]).value_or(0), 0) << out[2].output;
  EXPECT_TRUE(package_locks_in(out[3])) << out[3].output;
  EXPECT_EQ(reboot_needed_in("debian", out[4]), false);
  EXPECT_THAT(os_name_in(out[5]).value_or(""), HasSubstr("Debian"));
  EXPECT_TRUE(cpu_percent_in(out[6], out[8]));
  EXPECT_TRUE(memory_percent_in(out[9]));
  const auto packages = read_packages(versions::Family::Deb, out[10].output);
  ASSERT_TRUE(packages) << packages.error().message;
  EXPECT_GT(packages->size(), 50U);
  EXPECT_FALSE(architectures_in(versions::Family::Deb, out[10].output).empty());
  const auto shown = read_units(units, out[11].output);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_TRUE((*shown)[0].is_up());
  EXPECT_EQ((*shown)[1].load_state, "not-found");
  const auto running = read_unit_names(out[12].output);
  ASSERT_TRUE(running) << running.error().message;
  EXPECT_THAT(*running, testing::Contains("salt-minion"));
  EXPECT_TRUE(read_unit_names(out[13].output));
  EXPECT_TRUE(has_no_snapper(out[14])) << out[14].output;
}

TEST_F(RealSalt, TheWayBackIsProvenByARealApt) {
  const auto listed = run(batch({engine::list_packages(versions::Family::Deb)}));
  ASSERT_EQ(listed.state, BatchState::Done) << listed.reason;
  const auto installed = engine::read_packages(versions::Family::Deb, listed.outputs[0].output);
  ASSERT_TRUE(installed) << installed.error().message;
  auto packages = engine::replaceable("debian", *installed, {"bash", "libc6"});
  ASSERT_EQ(packages.size(), 2U);
  const auto prove = [&] {
    const auto asked = run(batch(engine::ask_for_versions("debian", packages)));
    return asked.state == BatchState::Done ? engine::prove_way_back("debian", packages, asked.outputs)
                                           : Result<engine::WayBackProof>(fail(ErrorCode::SaltError, asked.reason));
  };
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().message;
  EXPECT_THAT(proven->missing, testing::IsEmpty());
  packages.begin()->second = {"0-not-in-any-repository"};
  const auto unproven = prove();
  ASSERT_TRUE(unproven) << unproven.error().message;
  EXPECT_THAT(unproven->missing, testing::ElementsAre(HasSubstr("0-not-in-any-repository")));
}

TEST_F(RealSalt, AHeldPackageManagerIsSeen) {
  const auto holder = batch(
      {{{"python3", "-c", "import fcntl,time; f=open('/var/lib/dpkg/lock-frontend','w'); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(12)"},
        30s}});
  ASSERT_TRUE(commands.start(holder));
  EXPECT_TRUE(eventually(
      [&] {
        const auto seen = run(batch({engine::read_locks()}));
        if (seen.state != BatchState::Done) return false;
        const auto held = engine::package_locks_in(seen.outputs[0]);
        return held && !held->empty();
      },
      10s));
  EXPECT_EQ(end_of(commands, holder).state, BatchState::Done);
}

TEST_F(RealSalt, ABatchOnAnOfflineMinionIsLostAndTheMinionComesBack) {
  fleet("stop", "test2");
  const auto b = batch({{{"true"}}}, "test2");
  const auto handle = commands.start(b);
  ASSERT_TRUE(handle) << handle.error().message;
  const auto report = end_of(commands, b);
  EXPECT_EQ(report.state, BatchState::Lost);
  EXPECT_THAT(report.reason, HasSubstr("down or could not be contacted"));
  fleet("start", "test2");
  EXPECT_TRUE(eventually([&] {
    const auto next = batch({{{"true"}}}, "test2");
    return commands.start(next) && end_of(commands, next).state == BatchState::Done;
  }));
}

TEST_F(RealSalt, AMinionThatRestartsLosesWhatItRan) {
  const auto b = batch({{{"sleep", "300"}, 400s}}, "test2");
  ASSERT_TRUE(commands.start(b));
  std::this_thread::sleep_for(3s);
  fleet("restart", "test2");
  const auto report = end_of(commands, b, 90s);
  EXPECT_EQ(report.state, BatchState::Lost);
  EXPECT_FALSE(report.reason.empty());
}

TEST_F(RealSalt, AnApiThatRestartsForgetsSessionsAndNobodyNotices) {
  ASSERT_TRUE(commands.probe());
  fleet("restart", "api");
  EXPECT_TRUE(eventually([&] { return commands.probe().has_value(); }));
  EXPECT_EQ(run(batch({{{"true"}}})).state, BatchState::Done);
}

TEST_F(RealSalt, AMasterThatIsGoneIsAnErrorInTimeAndItsReturnCostsNoBatch) {
  const auto b = batch({{{"sleep", "15"}, 60s}, {{"echo", "survived"}}});
  ASSERT_TRUE(commands.start(b));
  std::this_thread::sleep_for(2s);
  fleet("stop", "master");
  const auto begin = std::chrono::steady_clock::now();
  const auto gone = commands.find(b);
  EXPECT_FALSE(gone);
  if (!gone) {
    EXPECT_EQ(gone.error().code, ErrorCode::SaltError);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
  fleet("start", "master");
  ports::BatchReport last;
  EXPECT_TRUE(eventually(
      [&] {
        auto report = commands.report(b, b.token);
        if (report) last = *report;
        return last.state != BatchState::Running;
      },
      120s));
  // It ran on the minion all the time. Whether its return found the way is Salt's business; what was not returned must never look done.
  if (last.state == BatchState::Done) {
    EXPECT_EQ(last.outputs.at(1).output, "survived\n");
  } else {
    EXPECT_FALSE(last.reason.empty());
  }
  RecordProperty("batch_over_a_restart_of_the_master", last.state == BatchState::Done ? "done" : "lost: " + last.reason);
  EXPECT_TRUE(eventually([&] {
    const auto next = batch({{{"true"}}});
    return commands.start(next) && end_of(commands, next).state == BatchState::Done;
  }));
}

}  // namespace
}  // namespace spm::real
