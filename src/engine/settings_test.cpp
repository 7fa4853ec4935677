#include "engine/settings.hpp"

#include <gmock/gmock.h>

#include <set>

#include "engine/token.hpp"

namespace spm::engine {
namespace {

using ::testing::ElementsAre;

TEST(RunConfig, StoredAndReadBack) {
  RunConfig config;
  config.cpu_threshold = 33.5;
  config.wait_after_patch = std::chrono::seconds(7);
  config.critical_services = {"ssh.socket|ssh", "cron"};
  config.restore_after_test = true;
  config.snapshot_type = SnapshotType::None;
  const auto back = run_config_from(to_json(config));
  EXPECT_EQ(to_json(back), to_json(config));
}

TEST(RunConfig, EveryOsHasTheSaltMinion) {
  for (const auto* os : {"ubuntu", "debian", "rhel", "suse"})
    EXPECT_EQ(configure({}, {}, os)->critical_services.back(), "salt-minion|venv-salt-minion");
  EXPECT_THAT(configure({}, {}, "rhel")->critical_services, ElementsAre("sshd", "crond", "rsyslog", "salt-minion|venv-salt-minion"));
}

TEST(RunConfig, OverridesAreCheckedAllAtOnce) {
  const auto config = configure({},
                                {{"cpu_threshold", "high"},
                                 {"timeout_minutes", 0},
                                 {"max_failed_services", 1.5},
                                 {"unknown", 1},
                                 {"critical_services", {"; reboot"}}},
                                "ubuntu");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::ValidationError);
  EXPECT_EQ(config.error().details.at("fields").as_object().size(), 5U);
  EXPECT_TRUE(config.error().details.at("fields").as_object().contains("test_config.timeout_minutes"));
}

TEST(RunConfig, ACheckThatCannotBeMadeIsRefused) {
  EXPECT_FALSE(configure({}, {{"custom_checks", {{{"type", "tcp"}}}}}, "ubuntu"));
  EXPECT_TRUE(configure({}, {{"custom_checks", json::array{}}}, "ubuntu"));
}

TEST(RunConfig, OverridesChangeWhatTheySay) {
  const auto config = configure({}, {{"cpu_threshold", 5}, {"critical_services", {"nginx"}}, {"wait_after_patch_seconds", 1}}, "ubuntu");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->cpu_threshold, 5);
  EXPECT_EQ(config->memory_threshold, 15);
  EXPECT_THAT(config->critical_services, ElementsAre("nginx"));
}

TEST(Settings, WaitsShrinkByTheTimeFactor) {
  EXPECT_EQ(scaled(std::chrono::seconds(60), 60), std::chrono::seconds(1));
  EXPECT_EQ(scaled(std::chrono::seconds(60), 1), std::chrono::seconds(60));
}

TEST(Token, TwentyDigitsNeverTwice) {
  const auto now = *parse_time("2026-11-23T13:24:34.123Z");
  std::set<std::string> tokens;
  for (int i = 0; i < 1000; ++i) tokens.insert(next_token(now));
  EXPECT_EQ(tokens.size(), 1000U);
  for (const auto& token : tokens) {
    EXPECT_EQ(token.size(), 20U);
    EXPECT_EQ(token.find_first_not_of("0123456789"), std::string::npos);
  }
  EXPECT_EQ(tokens.begin()->substr(0, 14), "20261123132434");
}

}  // namespace
}  // namespace spm::engine
