#include "base/package_grammar.hpp"

#include <gtest/gtest.h>

namespace spm {
namespace {

using versions::Family;

TEST(PackageGrammar, DebianNames) {
  for (const char* good : {"libssl3", "g++-12", "libstdc++6:amd64", "0ad", "linux-image-6.1.0-18-amd64"})
    EXPECT_TRUE(is_package_name(Family::Deb, good)) << good;
  for (const char* bad : {"", "a", "-rf", "Lib", "a b", "a;b", "lib$x", "libssl3:", "libssl3:amd 64", "a\n", "../a", "lib_x"}) {
    EXPECT_FALSE(is_package_name(Family::Deb, bad)) << bad;
  }
}

TEST(PackageGrammar, RpmNames) {
  for (const char* good : {"kernel-core", "libstdc++", "python3.11", "ModemManager", "_x", "perl-Foo_Bar"})
    EXPECT_TRUE(is_package_name(Family::Rpm, good)) << good;
  for (const char* bad : {"", "-e", "_", "a b", "a:b", "a/b", "a'b", "$(id)"}) EXPECT_FALSE(is_package_name(Family::Rpm, bad)) << bad;
}

TEST(PackageGrammar, Versions) {
  for (const char* good : {"3.0.2-0ubuntu1.10", "1:2.36-9+deb12u3", "1.0~rc1", "2-1-1"})
    EXPECT_TRUE(is_package_version(Family::Deb, good)) << good;
  for (const char* good : {"5.14.0-427.9.1.el9_4", "1:1.0^git-1", "3.2.1"}) EXPECT_TRUE(is_package_version(Family::Rpm, good)) << good;
  for (const char* bad : {"", "x:1.0", ":1", "-1", "1 0", "1;0", "1.0\n", "1234567890:1"}) {
    EXPECT_FALSE(is_package_version(Family::Deb, bad)) << bad;
    EXPECT_FALSE(is_package_version(Family::Rpm, bad)) << bad;
  }
  EXPECT_FALSE(is_package_version(Family::Rpm, "1-2-3"));
}

TEST(PackageGrammar, UnitsAndArchitecturesAndMinions) {
  EXPECT_TRUE(is_unit_name("getty@tty1.service"));
  EXPECT_TRUE(is_unit_name("dev-disk-by\\x2duuid.swap"));
  EXPECT_FALSE(is_unit_name("--force"));
  EXPECT_FALSE(is_unit_name("a b.service"));
  EXPECT_FALSE(is_unit_name(std::string(256, 'a')));
  EXPECT_TRUE(is_architecture("x86_64"));
  EXPECT_FALSE(is_architecture("x86 64"));
  EXPECT_TRUE(is_minion_id("web01.example.org"));
  EXPECT_FALSE(is_minion_id("*"));
  EXPECT_FALSE(is_minion_id("a,b"));
}

TEST(PackageGrammar, AdvisoryNames) {
  for (const char* good : {"USN-7234-1", "RHSA-2026:0123", "ALSA-2026:A009", "DEB-CVE-2024-1234", "CL-SUSE-15-SP5-2024-1"})
    EXPECT_TRUE(is_advisory_name(good)) << good;
  for (const char* bad : {"", "-x", "a b", "a/b", "a?b", "a'b", "a\"b"}) EXPECT_FALSE(is_advisory_name(bad)) << bad;
  EXPECT_TRUE(is_advisory_name(std::string(128, 'a')));
  EXPECT_FALSE(is_advisory_name(std::string(129, 'a')));
}

TEST(PackageGrammar, CvesInsideAText) {
  EXPECT_TRUE(is_cve("CVE-2024-1234"));
  EXPECT_FALSE(is_cve("CVE-2024-123"));
  EXPECT_FALSE(is_cve("CVE-2024-1234x"));
  EXPECT_FALSE(is_cve(""));
  EXPECT_EQ(cves_in("DEB-CVE-2024-1234"), std::set<std::string>{"CVE-2024-1234"});
  EXPECT_EQ(cves_in("fixes cve-2024-12345, CVE-2023-0001; CVE-99-1 and CVE-20244-1234"),
            (std::set<std::string>{"CVE-2024-12345", "CVE-2023-0001"}));
  EXPECT_TRUE(cves_in("CVE-").empty());
}

}  // namespace
}  // namespace spm
