#include "base/os_release.hpp"

#include <gtest/gtest.h>

namespace spm {
namespace {

struct Row {
  const char* label;
  const char* target_os;
  const char* os_release;
};

TEST(OsRelease, IsReadFromLabels) {
  const Row rows[] = {
      {"ubuntu-24.04-pool-amd64-uyuni", "ubuntu", "ubuntu-24.04"},
      {"ubuntu-2204-amd64-main", "ubuntu", "ubuntu-22.04"},
      {"prj-prod-ubuntu-2404-amd64-main-security", "ubuntu", "ubuntu-24.04"},
      {"test-ubuntu-2404", "ubuntu", "ubuntu-24.04"},
      {"ubuntu", "ubuntu", "ubuntu"},
      {"ubuntu-noble", "ubuntu", "ubuntu-24.04"},
      {"jammy", "ubuntu", "ubuntu-22.04"},
      {"debian-12-pool-amd64-uyuni", "debian", "debian-12"},
      {"debian-bookworm", "debian", "debian-12"},
      {"Debian 11", "debian", "debian-11"},
      {"almalinux9-x86_64", "rhel", "almalinux-9"},
      {"almalinux-9.4", "rhel", "almalinux-9"},
      {"almalinux-x86_64", "rhel", "almalinux"},
      {"rockylinux-9-x86_64", "rhel", "rocky-9"},
      {"oraclelinux9-x86_64", "rhel", "oracle-9"},
      {"centos-stream-9", "rhel", "centos-9"},
      {"test-rhel9", "rhel", "rhel-9"},
      {"el9-pool-x86_64-rhel", "rhel", "rhel"},
      {"sle-product-sles15-sp5-pool-x86_64", "suse", "sles-15.5"},
      {"opensuse_leap15_5-x86_64", "suse", "opensuse-leap-15.5"},
  };
  for (const auto& [label, target_os, os_release] : rows) {
    const auto found = os_release_of(label);
    ASSERT_TRUE(found) << label;
    EXPECT_EQ(found->target_os, target_os) << label;
    EXPECT_EQ(found->os_release, os_release) << label;
  }
}

TEST(OsRelease, UnknownLabelsAreUnknown) {
  for (const char* label : {"", "windows-2022", "test-web", "x86_64", "tools-pool"}) EXPECT_FALSE(os_release_of(label)) << label;
  EXPECT_TRUE(os_release_of("debian-12")->has_version());
  EXPECT_FALSE(os_release_of("debian")->has_version());
}

}  // namespace
}  // namespace spm
