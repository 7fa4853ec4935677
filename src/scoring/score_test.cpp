#include "scoring/score.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace spm::scoring {
namespace {

ScoreInput of(std::vector<std::string> packages) {
  ScoreInput input;
  input.packages = std::move(packages);
  return input;
}

TEST(SuccessScore, FollowsTheWorkedExample) {
  auto input = of({"openssl", "libssl3"});
  input.total_size_kb = 1250;
  input.dependency_count = 2;
  const auto breakdown = score(input, {});
  EXPECT_EQ(breakdown.dependency_penalty, -6);
  EXPECT_EQ(breakdown.size_penalty, -2);
  EXPECT_EQ(breakdown.final_score, 92);
}

struct Matching {
  std::string package;
  bool kernel, reboot, config;
};

class EveryPattern : public testing::TestWithParam<Matching> {};

TEST_P(EveryPattern, AppliesToItsPackagesOnly) {
  const auto& expected = GetParam();
  const auto input = of({expected.package});
  const auto patterns = configuration::default_patterns();
  EXPECT_EQ(affects_kernel(input, patterns), expected.kernel) << expected.package << ": kernel";
  EXPECT_EQ(requires_reboot(input, patterns), expected.reboot) << expected.package << ": reboot";
  EXPECT_EQ(modifies_config(input, patterns), expected.config) << expected.package << ": config";
}

INSTANTIATE_TEST_SUITE_P(
    SuccessScore, EveryPattern,
    testing::Values(
        // kernel and boot
        Matching{"linux-image-6.8.0-45-generic", true, true, false}, Matching{"linux-headers-generic", true, true, false},
        Matching{"linux-modules-extra-6.8.0", true, true, false}, Matching{"linux-generic", true, true, false},
        Matching{"linux-virtual", true, true, false}, Matching{"linux-aws", true, true, false},
        Matching{"linux-azure-6.8", true, true, false}, Matching{"linux-gcp", true, true, false},
        Matching{"linux-firmware", false, true, false}, Matching{"linux-libc-dev", false, true, false},
        Matching{"kernel", true, true, false}, Matching{"kernel-core", true, true, false}, Matching{"Kernel-Default", true, true, false},
        Matching{"kernelshark", false, false, false}, Matching{"grub-pc", true, false, false},
        Matching{"grub2-efi-x64", true, false, false}, Matching{"shim-signed", true, false, false},
        Matching{"shim-unsigned-x64", true, false, false}, Matching{"shim", false, false, false},
        Matching{"systemd-boot", true, false, false}, Matching{"systemd-boot-efi", true, false, false},
        Matching{"dracut-network", true, false, false}, Matching{"initramfs-tools-core", true, false, false},
        Matching{"mkinitcpio", true, false, false},
        // reboot
        Matching{"glibc", false, true, false}, Matching{"glibc-common", false, true, false}, Matching{"libc6", false, true, false},
        Matching{"libc6-dev", false, true, false}, Matching{"libc-bin", false, true, false}, Matching{"libcap2", false, false, false},
        Matching{"systemd", false, true, false}, Matching{"systemd-252", false, true, false}, Matching{"SYSTEMD", false, true, false},
        Matching{"systemd-container", false, false, false}, Matching{"systemd-", false, false, false},
        Matching{"libsystemd0", false, false, false}, Matching{"dbus", false, true, false}, Matching{"dbus-1", false, true, false},
        Matching{"dbus-x11", false, false, false}, Matching{"udev", false, true, false}, Matching{"libudev1", false, false, false},
        Matching{"kmod", false, true, false}, Matching{"kmod-libs", false, true, false}, Matching{"libkmod2", false, false, false},
        // configuration
        Matching{"openssh-server", false, false, true}, Matching{"ssh-import-id", false, false, true}, Matching{"ssh", false, false, false},
        Matching{"nginx-core", false, false, true}, Matching{"apache2-bin", false, false, true}, Matching{"httpd", false, false, true},
        Matching{"postgresql-16", false, false, true}, Matching{"mysql-server", false, false, true},
        Matching{"mariadb-server", false, false, true}, Matching{"postfix", false, false, true},
        Matching{"dovecot-core", false, false, true}, Matching{"bind9", false, false, true}, Matching{"bind-utils", false, false, true},
        Matching{"libbind9-90", false, false, false}, Matching{"named", false, false, true}, Matching{"samba-common", false, false, true},
        Matching{"nfs-kernel-server", false, false, true}, Matching{"nfs4-acl-tools", false, false, false},
        Matching{"docker.io", false, false, true}, Matching{"containerd.io", false, false, true}, Matching{"kubelet", false, false, true},
        Matching{"haproxy", false, false, true}, Matching{"keepalived", false, false, true}, Matching{"python3-nginx", false, false, false},
        Matching{"openssl", false, false, false}, Matching{"", false, false, false}));

TEST(SuccessScore, KernelCostsItsPenaltyAndTheReboot) {
  const auto breakdown = score(of({"linux-image-generic"}), {});
  EXPECT_EQ(breakdown.kernel_penalty, -30);
  EXPECT_EQ(breakdown.reboot_penalty, -15);
  EXPECT_EQ(breakdown.final_score, 55);
}

TEST(SuccessScore, VendorKeywordAloneAsksForAReboot) {
  auto input = of({"bash"});
  input.reboot_suggested = true;
  EXPECT_EQ(score(input, {}).reboot_penalty, -15);
}

TEST(SuccessScore, PenaltyOfAKindCountsOnceForManyPackages) {
  EXPECT_EQ(score(of({"nginx", "postfix", "openssh-server"}), {}).config_penalty, -10);
}

struct Sized {
  std::optional<std::int64_t> kb;
  int penalty;
  int bonus;
};

class Size : public testing::TestWithParam<Sized> {};

TEST_P(Size, CostsTwoPointsAMegabyteAndRewardsSmallOnes) {
  auto input = of({"bash"});
  input.total_size_kb = GetParam().kb;
  const auto breakdown = score(input, {});
  EXPECT_EQ(breakdown.size_penalty, GetParam().penalty);
  EXPECT_EQ(breakdown.bonuses, GetParam().bonus);
}

INSTANTIATE_TEST_SUITE_P(SuccessScore, Size,
                         testing::Values(Sized{std::nullopt, 0, 0}, Sized{0, 0, 0}, Sized{1, 0, 5}, Sized{99, 0, 5}, Sized{100, 0, 0},
                                         Sized{511, 0, 0}, Sized{512, -1, 0}, Sized{1023, -1, 0}, Sized{1024, -2, 0}, Sized{1250, -2, 0},
                                         Sized{5119, -9, 0}, Sized{5120, -10, 0}, Sized{9'000'000'000'000'000'000, -10, 0}));

struct History {
  std::int64_t tested, failed;
  int penalty;
};

class TestHistory : public testing::TestWithParam<History> {};

TEST_P(TestHistory, CountsFromTheThirdTestOn) {
  auto input = of({"bash"});
  input.times_tested = GetParam().tested;
  input.times_failed = GetParam().failed;
  EXPECT_EQ(score(input, {}).history_penalty, GetParam().penalty);
}

INSTANTIATE_TEST_SUITE_P(SuccessScore, TestHistory,
                         testing::Values(History{0, 0, 0}, History{1, 1, 0}, History{2, 2, 0}, History{3, 0, 0}, History{3, 1, -6},
                                         History{3, 2, -13}, History{3, 3, -20}, History{5, 1, -4}, History{10, 10, -20}));

TEST(SuccessScore, DependenciesCostThreeEachUpToFifteen) {
  const std::vector<std::pair<std::int64_t, int>> expected{{0, 0}, {1, -3}, {4, -12}, {5, -15}, {6, -15}, {1'000'000, -15}};
  for (const auto& [count, penalty] : expected) {
    auto input = of({"bash"});
    input.dependency_count = count;
    EXPECT_EQ(score(input, {}).dependency_penalty, penalty) << count;
  }
}

TEST(SuccessScore, IsNeverBelowZero) {
  auto input = of({"kernel", "nginx"});
  input.dependency_count = 9;
  input.total_size_kb = 100'000;
  input.times_tested = 4;
  input.times_failed = 4;
  Weights weights;
  weights.kernel = 60;
  const auto breakdown = score(input, weights);
  EXPECT_EQ(breakdown.final_score, 0);
  EXPECT_EQ(breakdown.base_score + breakdown.kernel_penalty + breakdown.reboot_penalty + breakdown.config_penalty +
                breakdown.dependency_penalty + breakdown.size_penalty + breakdown.history_penalty + breakdown.bonuses,
            -30);
}

TEST(SuccessScore, WeightsAndPatternsCanBeChanged) {
  Weights weights;
  weights.config = 40;
  weights.patterns.config = {"bash$"};
  EXPECT_EQ(score(of({"bash"}), weights).final_score, 60);
  EXPECT_EQ(score(of({"bash-completion", "nginx"}), weights).final_score, 100);
}

TEST(SuccessScore, BandsSayWhatTheScoreMeans) {
  EXPECT_EQ(band(100), "Low risk - safe to test early");
  EXPECT_EQ(band(80), "Low risk - safe to test early");
  EXPECT_EQ(band(79), "Medium risk - standard testing");
  EXPECT_EQ(band(60), "Medium risk - standard testing");
  EXPECT_EQ(band(59), "High risk - careful monitoring required");
  EXPECT_EQ(band(40), "High risk - careful monitoring required");
  EXPECT_EQ(band(39), "Very high risk - consider manual review first");
  EXPECT_EQ(band(0), "Very high risk - consider manual review first");
}

ScoreInput any_input() {
  ScoreInput input;
  input.packages = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("bash", "linux-image-x", "kernel", "nginx", "systemd", "systemd-boot", "libssl3"));
  input.reboot_suggested = *rc::gen::arbitrary<bool>();
  input.dependency_count = *rc::gen::inRange<std::int64_t>(0, 1000);
  if (*rc::gen::arbitrary<bool>()) input.total_size_kb = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
  input.times_tested = *rc::gen::inRange<std::int64_t>(0, 50);
  input.times_failed = *rc::gen::inRange<std::int64_t>(0, input.times_tested + 1);
  return input;
}

TEST(SuccessScore, StaysInRangeAndItsPartsAddUp) {
  EXPECT_TRUE(rc::check("0..100, penalties not positive, sum before clamping", [] {
    const auto b = score(any_input(), {});
    RC_ASSERT(b.final_score >= 0 && b.final_score <= 100);
    for (const int penalty :
         {b.kernel_penalty, b.reboot_penalty, b.config_penalty, b.dependency_penalty, b.size_penalty, b.history_penalty}) {
      RC_ASSERT(penalty <= 0);
    }
    const int sum = b.base_score + b.kernel_penalty + b.reboot_penalty + b.config_penalty + b.dependency_penalty + b.size_penalty +
                    b.history_penalty + b.bonuses;
    RC_ASSERT(b.final_score == std::clamp(sum, 0, 100));
  }));
}

TEST(SuccessScore, NeverRisesWhenSomethingGetsWorse) {
  EXPECT_TRUE(rc::check("monotone in each penalty", [] {
    const auto input = any_input();
    const auto before = score(input, {}).final_score;
    auto worse = input;
    worse.packages.push_back(*rc::gen::element<std::string>("kernel-core", "glibc", "postfix"));
    RC_ASSERT(score(worse, {}).final_score <= before);
    worse = input;
    worse.reboot_suggested = true;
    RC_ASSERT(score(worse, {}).final_score <= before);
    worse = input;
    worse.dependency_count += *rc::gen::inRange<std::int64_t>(0, 100);
    RC_ASSERT(score(worse, {}).final_score <= before);
    worse = input;
    if (worse.total_size_kb && *worse.total_size_kb > 0) *worse.total_size_kb += *rc::gen::inRange<std::int64_t>(0, 100'000);
    RC_ASSERT(score(worse, {}).final_score <= before);
    worse = input;
    worse.times_failed = worse.times_tested;
    RC_ASSERT(score(worse, {}).final_score <= before);
  }));
}

}  // namespace
}  // namespace spm::scoring
