#include "engine/host.hpp"

#include <gmock/gmock.h>

namespace spm::engine {
namespace {

using ports::CommandOutput;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Host, BootId) {
  EXPECT_EQ(boot_id_in({0, "7d8a1c52-1111-4222-8333-123456789abc\n"}), "7d8a1c52-1111-4222-8333-123456789abc");
  EXPECT_FALSE(boot_id_in({1, "7d8a1c52-1111-4222-8333-123456789abc\n"}));
  EXPECT_FALSE(boot_id_in({0, ""}));
  EXPECT_FALSE(boot_id_in({0, "cat: /proc/sys/kernel/random/boot_id: No\n"}));
}

TEST(Host, FreeSpace) {
  EXPECT_EQ(
      free_kilobytes_in(
          {0,
           "Filesystem     1024-blocks    Used Available Capacity Mounted on\n/dev/vda1         20134592 5000000  14000000      27% /\n"}),
      14'000'000);
  EXPECT_EQ(free_kilobytes_in({0, "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/my disk 1 2 3 4% /\n"}), 3);
  EXPECT_FALSE(free_kilobytes_in({0, "Filesystem 1024-blocks Used Available Capacity Mounted on\n"}));
  EXPECT_FALSE(free_kilobytes_in({1, "df: /: No such file\n"}));
}

TEST(Host, PackageLocks) {
  EXPECT_TRUE(package_locks_in({0, ""})->empty());
  EXPECT_THAT(*package_locks_in({0, "/run/crond.pid\n/var/lib/dpkg/lock-frontend\n/var/cache/dnf/metadata_lock\n"}),
              ElementsAre("/var/lib/dpkg/lock-frontend", "/var/cache/dnf/metadata_lock"));
  EXPECT_FALSE(package_locks_in({127, "sh: 1: lslocks: not found\n"}));
}

TEST(Host, RebootFlag) {
  EXPECT_EQ(reboot_needed_in("ubuntu", {0, ""}), true);
  EXPECT_EQ(reboot_needed_in("ubuntu", {1, ""}), false);
  EXPECT_EQ(reboot_needed_in("suse", {124, ""}), std::nullopt);
  EXPECT_EQ(reboot_needed_in("rhel", {1, "Reboot is required"}), true);
  EXPECT_EQ(reboot_needed_in("rhel", {0, ""}), false);
  EXPECT_EQ(reboot_needed_in("rhel", {1, "No such command: needs-restarting."}), std::nullopt);
  EXPECT_EQ(reboot_needed_in("rhel", {127, ""}), std::nullopt);
}

TEST(Host, CpuFromTwoLooks) {
  EXPECT_NEAR(*cpu_percent_in({0, "cpu  100 0 100 800 0 0 0 0 0 0\n"}, {0, "cpu  150 0 150 900 0 0 0 0 0 0\n"}), 50.0, 1e-9);
  EXPECT_FALSE(cpu_percent_in({0, "cpu  100 0 100 800 0 0 0 0\n"}, {0, "cpu  100 0 100 800 0 0 0 0\n"})) << "no time between them";
  EXPECT_FALSE(cpu_percent_in({0, "cpu  100 0 100 800 0 0 0 0\n"}, {0, "cpu  1 0 1 8 0 0 0 0\n"})) << "restarted in between";
  EXPECT_FALSE(cpu_percent_in({1, ""}, {0, "cpu  1 0 1 8 0 0 0 0\n"}));
}

TEST(Host, Memory) {
  EXPECT_NEAR(*memory_percent_in({0, "MemTotal:       2000 kB\nMemFree: 1 kB\nMemAvailable:   500 kB\n"}), 75.0, 1e-9);
  EXPECT_FALSE(memory_percent_in({0, "MemTotal:       2000 kB\nMemFree: 1 kB\n"}));
  EXPECT_FALSE(memory_percent_in({0, "MemTotal: 0 kB\nMemAvailable: 0 kB\n"}));
}

TEST(Host, FindsItsSnapshot) {
  const std::string csv = "number,type,date,description,cleanup\n0,single,,current,\n4,single,2026-11-23 08:00:00,spm test 17 123,\n";
  EXPECT_EQ(snapshot_described(csv, "spm test 17 123"), "4");
  EXPECT_FALSE(snapshot_described(csv, "spm test 1"));
  EXPECT_FALSE(snapshot_described("", "spm test 17 123"));
}

TEST(Host, NoSnapperIsAnAnswerAnErrorIsNot) {
  EXPECT_TRUE(has_no_snapper({127, "sh: 1: snapper: not found\n"}));
  EXPECT_TRUE(has_no_snapper({1, "The config 'root' does not exist. Likely snapper is not configured.\n"}));
  EXPECT_FALSE(has_no_snapper({1, "Failure (org.freedesktop.DBus.Error.TimedOut).\n"}));
}

TEST(Host, SaysWhyAnOutputIsUseless) {
  EXPECT_EQ(why_unusable("lslocks", {127, ""}), "lslocks: not installed");
  EXPECT_THAT(why_unusable("df", {124, ""}), HasSubstr("time limit"));
  EXPECT_THAT(why_unusable("df", {1, "\n df: broken\nmore\n"}), HasSubstr("exit 1: df: broken"));
}

}  // namespace
}  // namespace spm::engine
