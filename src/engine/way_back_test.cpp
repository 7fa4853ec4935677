#include "engine/way_back.hpp"

#include <gmock/gmock.h>

namespace spm::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Installed kUbuntu{{"libssl3:amd64", {"3.0.2-0ubuntu1.10"}}, {"openssl", {"1:3.0.2-0ubuntu1.10"}}};

constexpr const char* kMadison =
    "   openssl | 1:3.0.2-0ubuntu1.12 | http://archive.ubuntu.com/ubuntu jammy-updates/main amd64 Packages\n"
    "   openssl | 1:3.0.2-0ubuntu1.10 | http://archive.ubuntu.com/ubuntu jammy-security/main amd64 Packages\n"
    "   libssl3 | 3.0.2-0ubuntu1.12 | http://archive.ubuntu.com/ubuntu jammy-updates/main amd64 Packages\n"
    "   libssl3 | 3.0.2-0ubuntu1.10 | http://archive.ubuntu.com/ubuntu jammy/main Sources\n";

TEST(WayBack, OnlyWhatTheErratumMayReplaceIsAskedFor) {
  const Installed installed{{"bash", {"5.1"}}, {"libssl3:amd64", {"3.0"}}, {"libssl3:i386", {"3.0"}}};
  EXPECT_EQ(replaceable("ubuntu", installed, {"libssl3", "openssl"}).size(), 2U);
  EXPECT_THAT(replaceable("rhel", {{"kernel-core.x86_64", {"5-1"}}}, {"kernel-core"}), IsEmpty());
  EXPECT_THAT(ask_for_versions("ubuntu", {}), IsEmpty());
}

TEST(WayBack, AVersionThatNoSourceHasIsMissing) {
  const auto proof = prove_way_back("ubuntu", kUbuntu, {{0, kMadison}, {1, "find: No such file or directory"}});
  ASSERT_TRUE(proof);
  EXPECT_FALSE(proof->is_proven());
  EXPECT_THAT(proof->missing, ElementsAre("libssl3:amd64=3.0.2-0ubuntu1.10"));
}

TEST(WayBack, TheCacheOfThePackageManagerCounts) {
  const auto proof =
      prove_way_back("ubuntu", kUbuntu, {{0, ""}, {0, "libssl3_3.0.2-0ubuntu1.10_amd64.deb\nopenssl_1%3a3.0.2-0ubuntu1.10_amd64.deb\n"}});
  ASSERT_TRUE(proof);
  EXPECT_TRUE(proof->is_proven());
  EXPECT_EQ(proof->cached.at("openssl=1:3.0.2-0ubuntu1.10"), "/var/cache/apt/archives/openssl_1%3a3.0.2-0ubuntu1.10_amd64.deb");
}

TEST(WayBack, AFileNameThatIsNoneIsNotTakenForOne) {
  const auto proof = prove_way_back("ubuntu", {{"bash", {"5.1"}}}, {{0, ""}, {0, "bash_5.1_$(reboot).deb\n-o_5.1_x.deb\n"}});
  ASSERT_TRUE(proof);
  EXPECT_THAT(proof->missing, ElementsAre("bash=5.1"));
}

TEST(WayBack, ByDnf) {
  const Installed installed{{"openssl.x86_64", {"1:3.0.7-27.el9"}}, {"bash.x86_64", {"5.1.8-6.el9"}}};
  const auto proof = prove_way_back("rhel", installed, {{0, "openssl\t1:3.0.7-27.el9\nopenssl\t1:3.0.7-28.el9\nbash\t0:5.1.8-6.el9\n"}});
  ASSERT_TRUE(proof);
  EXPECT_TRUE(proof->is_proven());
}

TEST(WayBack, ByZypperWhatIsOnlyInstalledDoesNotCount) {
  const char* table =
      "S  | Name    | Type    | Version | Arch   | Repository\n"
      "v  | openssl | package | 1.1.1-2 | x86_64 | Main\n"
      "i  | openssl | package | 1.1.1-1 | x86_64 | (System Packages)\n";
  EXPECT_FALSE(prove_way_back("suse", {{"openssl.x86_64", {"1.1.1-1"}}}, {{0, table}})->is_proven());
  EXPECT_TRUE(prove_way_back("suse", {{"openssl.x86_64", {"1.1.1-2"}}}, {{0, table}})->is_proven());
}

TEST(WayBack, AnAnswerThatSaysNothingIsNoProof) {
  EXPECT_FALSE(prove_way_back("ubuntu", kUbuntu, {{100, "E: could not open the cache"}, {0, ""}}));
  EXPECT_FALSE(prove_way_back("rhel", {{"bash.x86_64", {"5-1"}}}, {{127, "sh: dnf: not found"}}));
}

}  // namespace
}  // namespace spm::engine
