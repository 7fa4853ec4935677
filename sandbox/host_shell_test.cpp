// The commands that the engine runs on managed systems, on a simulated one.
#include "sandbox/host_shell.hpp"

#include <gmock/gmock.h>

#include "sandbox/packages.hpp"
#include "sandbox/power.hpp"
#include "sandbox/test_world.hpp"

namespace spm::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

class HostShellTest : public testing::Test {
 protected:
  ShellResult run(const std::string& host, const std::string& script) {
    return HostShell(world, *world.host_by_name(host), {}).run(script);
  }
  FakeClock clock;
  World world{test_scenario(), 10, clock.now()};
};

TEST_F(HostShellTest, RunsAComposedScriptWithMarkersAndExitStatus) {
  const auto done =
      run("test-ubuntu",
          "#!/bin/sh\nexec 2>&1 </dev/null\nexport LC_ALL=C PATH=/usr/bin DEBIAN_FRONTEND=noninteractive\n"
          "printf '@@spm:T:0:begin\\n'\ntimeout 30 'systemctl' 'is-active' '--' 'cron' 'nope'\nprintf '\\n@@spm:T:0:end:%d\\n' \"$?\"\n"
          "printf '@@spm:T:1:begin\\n'\ntimeout 30 'nothing-there' 'x'\nprintf '\\n@@spm:T:1:end:%d\\n' \"$?\"\n");
  EXPECT_EQ(
      done.out,
      "@@spm:T:0:begin\nactive\ninactive\n\n@@spm:T:0:end:0\n@@spm:T:1:begin\nsh: 1: nothing-there: not found\n\n@@spm:T:1:end:127\n");
  EXPECT_EQ(done.err, "");
  EXPECT_EQ(done.exit, 0);
}

TEST_F(HostShellTest, RunsATextForTheShell) {
  const auto done = run("test-ubuntu", "timeout 30 'sh' '-c' 'true && echo yes || echo no; false'");
  EXPECT_EQ(done.out, "yes\n");
  EXPECT_EQ(done.exit, 1);
}

TEST_F(HostShellTest, SaysWhichVersionsCanBeHad) {
  EXPECT_THAT(run("test-ubuntu", "apt-cache madison -- openssl libssl3t64:amd64").out, HasSubstr("| 3.0.13-0ubuntu3.4 |"));
  EXPECT_EQ(run("test-ubuntu", "find /var/cache/apt/archives -maxdepth 1 -name '*.deb' -printf '%f\\n'").exit, 0);
  EXPECT_THAT(run("test-alma", "dnf -q repoquery --qf '%{name}\\t%{epoch}:%{version}-%{release}\\n' -- openssl less").out,
              HasSubstr("openssl\t1:3.0.7-27.el9\n"));
}

TEST_F(HostShellTest, TimeoutKillsWith124AndCountsItsOwnTime) {
  const auto done = run("test-ubuntu", "timeout 5 sleep 60");
  EXPECT_EQ(done.exit, 124);
  EXPECT_DOUBLE_EQ(done.elapsed.count(), 5);
}

TEST_F(HostShellTest, ListsPackagesInTheFormatOfEachFamily) {
  const auto deb = run("test-ubuntu", "dpkg-query -W -f '${binary:Package}\\t${Version}\\t${db:Status-Abbrev}\\n'");
  EXPECT_THAT(deb.out, HasSubstr("libssl3t64:amd64\t3.0.13-0ubuntu3.4\tii \n"));
  EXPECT_THAT(deb.out, HasSubstr("\nopenssl\t3.0.13-0ubuntu3.4\tii \n"));
  const auto rpm = run("test-alma", "rpm -qa --qf '%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\n'");
  EXPECT_THAT(rpm.out, HasSubstr("openssl\t1:3.0.7-27.el9\tx86_64\n"));
  EXPECT_THAT(rpm.out, HasSubstr("less\t0:590-4.el9_4\tx86_64\n"));
  EXPECT_EQ(run("test-alma", "dpkg-query -W").exit, 127);
}

TEST_F(HostShellTest, UbuntuListensForSshWithASocket) {
  const auto done = run("test-ubuntu", "systemctl is-active -- ssh.service ssh.socket");
  EXPECT_EQ(done.out, "inactive\nactive\n");
  EXPECT_EQ(done.exit, 0);
  EXPECT_EQ(run("test-ubuntu", "systemctl is-active -- ssh.service").exit, 3);
}

TEST_F(HostShellTest, ShowsUnitsInBlocks) {
  const auto done = run("test-ubuntu", "systemctl show -p Id -p LoadState -p ActiveState -p SubState -p MainPID -- cron nope");
  EXPECT_THAT(done.out,
              testing::MatchesRegex("Id=cron.service\nLoadState=loaded\nActiveState=active\nSubState=running\nMainPID=[0-9]+\n\nId=nope."
                                    "service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nMainPID=0\n"));
}

TEST_F(HostShellTest, SnapshotUndoBringsPackagesBackAndLeavesTheServiceDownUntilRestarted) {
  auto& host = *world.host_by_name("test-ubuntu");
  EXPECT_EQ(run("test-ubuntu",
                "snapper -c root create --type single --cleanup-algorithm '' --description 'before USN-2-1' --userdata important=yes "
                "--print-number")
                .out,
            "2\n");
  apply_errata(world, host, {world.errata().find("USN-2-1")->id}, {});
  EXPECT_EQ(run("test-ubuntu", "systemctl is-active nginx").out, "inactive\n");
  EXPECT_EQ(run("test-ubuntu", "systemctl restart -- nginx").exit, 1);
  EXPECT_THAT(run("test-ubuntu", "snapper -c root undochange 2..0").out, HasSubstr("create:0 modify:12 delete:0"));
  EXPECT_THAT(run("test-ubuntu", "systemctl is-active nginx").out, Not(testing::Eq("active\n")));
  EXPECT_EQ(run("test-ubuntu", "systemctl restart -- nginx").exit, 0);
  EXPECT_EQ(run("test-ubuntu", "systemctl is-active nginx").out, "active\n");
  EXPECT_EQ(run("test-ubuntu", "snapper -c root undochange 2..0").out, "nothing to do\n");
  EXPECT_THAT(run("test-ubuntu", "snapper --machine-readable csv -c root list --columns number,type,date,description,cleanup").out,
              HasSubstr("\n2,single,2026-01-31 08:00:00,before USN-2-1,\n"));
  EXPECT_EQ(run("test-ubuntu", "snapper -c root delete 2").exit, 0);
  EXPECT_EQ(run("test-ubuntu", "snapper -c root delete 2").exit, 1);
}

TEST_F(HostShellTest, SnapperIsMissingWhereItIsNotInstalled) {
  const auto done = run("test-alma", "exec 2>&1\nsnapper -c root list");
  EXPECT_EQ(done.exit, 127);
  EXPECT_EQ(done.out, "sh: 1: snapper: not found\n");
}

TEST_F(HostShellTest, AptDowngradesOnlyWhenAllowedAndRestartsTheService) {
  auto& host = *world.host_by_name("test-ubuntu");
  apply_errata(world, host, {world.errata().find("USN-2-1")->id}, {});
  EXPECT_EQ(run("test-ubuntu", "apt-get install -y -- nginx=1.24.0-2ubuntu7").exit, 100);
  EXPECT_EQ(run("test-ubuntu", "apt-get install -y --allow-downgrades -o Dpkg::Options::=--force-confold -- nginx=1.24.0-2ubuntu7").exit,
            0);
  EXPECT_EQ(run("test-ubuntu", "systemctl is-active nginx").out, "active\n");
  const auto missing = run("test-ubuntu", "apt-get install -y -- nginx=9.9");
  EXPECT_EQ(missing.exit, 100);
  EXPECT_EQ(missing.err, "E: Version '9.9' for 'nginx' was not found\n");
}

TEST_F(HostShellTest, AptInstallOfTheFixedVersionBringsItsEffects) {
  EXPECT_EQ(run("test-ubuntu", "apt-get install -y --allow-downgrades -- nginx=1.24.0-2ubuntu7.1").exit, 0);
  EXPECT_EQ(run("test-ubuntu", "systemctl is-active nginx").out, "inactive\n");
}

TEST_F(HostShellTest, DnfDowngradesByNevraAndEndsTheEffect) {
  auto& host = *world.host_by_name("test-alma");
  const double before = host.cpu_level();
  apply_errata(world, host, {world.errata().find("ALSA-1")->id}, {});
  EXPECT_DOUBLE_EQ(host.cpu_level(), before + 50);
  EXPECT_EQ(run("test-alma", "dnf -y downgrade -- less-0:590-4.el9_4.x86_64").exit, 0);
  EXPECT_DOUBLE_EQ(host.cpu_level(), before);
  EXPECT_EQ(run("test-alma", "dnf -y downgrade -- less-1-1.el9.x86_64").exit, 1);
}

TEST_F(HostShellTest, SaysWhenARebootIsNeeded) {
  EXPECT_EQ(run("test-ubuntu", "test -e /var/run/reboot-required").exit, 1);
  apply_errata(world, *world.host_by_name("test-ubuntu"), {world.errata().find("USN-3-1")->id}, {});
  EXPECT_EQ(run("test-ubuntu", "test -e /var/run/reboot-required").exit, 0);
  EXPECT_THAT(run("test-ubuntu", "cat /var/run/reboot-required.pkgs").out, HasSubstr("linux-image-6.8.0-58-generic\n"));
  EXPECT_EQ(run("test-alma", "dnf -q needs-restarting -r").exit, 0);
}

TEST_F(HostShellTest, RebootChangesBootIdKernelAndProcesses) {
  auto& host = *world.host_by_name("test-ubuntu");
  apply_errata(world, host, {world.errata().find("USN-3-1")->id}, {});
  const auto boot_id = run("test-ubuntu", "cat /proc/sys/kernel/random/boot_id").out;
  run("test-ubuntu", "systemctl reboot");
  world.advance(clock.now() + std::chrono::seconds(2));
  EXPECT_FALSE(host.online);
  world.advance(clock.now() + std::chrono::seconds(8));
  EXPECT_TRUE(host.online);
  EXPECT_NE(run("test-ubuntu", "cat /proc/sys/kernel/random/boot_id").out, boot_id);
  EXPECT_EQ(run("test-ubuntu", "uname -r").out, "6.8.0-58-generic\n");
  EXPECT_EQ(run("test-ubuntu", "test -e /var/run/reboot-required").exit, 1);
}

TEST_F(HostShellTest, ProcessorTimeRunsDuringASimulatedSleep) {
  auto& host = *world.host_by_name("test-ubuntu");
  host.cpu.set_level(world.now(), 25);
  const auto done = run("test-ubuntu", "cat /proc/stat\nsleep 100\ncat /proc/stat");
  std::vector<std::array<double, 2>> readings;  // busy, idle
  for (std::size_t at = done.out.find("cpu  "); at != std::string::npos; at = done.out.find("cpu  ", at + 1)) {
    double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
    ASSERT_EQ(std::sscanf(done.out.c_str() + at, "cpu  %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle, &iowait, &irq, &softirq),
              7);
    readings.push_back({user + nice + system + irq + softirq, idle + iowait});
  }
  ASSERT_EQ(readings.size(), 2U);
  const double busy = readings[1][0] - readings[0][0];
  const double idle = readings[1][1] - readings[0][1];
  EXPECT_NEAR(100 * busy / (busy + idle), 25, 0.5);
}

TEST_F(HostShellTest, ScriptedCommandsAnswerAsTheScenarioSays) {
  EXPECT_EQ(run("test-ubuntu", "timeout 10 'curl' '-fsS' 'http://localhost/'").out, "ok\n");
  EXPECT_EQ(run("test-alma", "curl -fsS http://localhost/").exit, 127);
}

TEST_F(HostShellTest, ShowsThePackageLockWhileAPatchRuns) {
  auto& host = *world.host_by_name("test-ubuntu");
  EXPECT_THAT(run("test-ubuntu", "lslocks --noheadings --notruncate --output PATH").out, Not(HasSubstr("dpkg")));
  host.package_lock_until = world.now() + std::chrono::seconds(5);
  EXPECT_THAT(run("test-ubuntu", "lslocks --noheadings --notruncate --output PATH").out, HasSubstr("/var/lib/dpkg/lock-frontend\n"));
  EXPECT_EQ(run("test-ubuntu", "apt-get install -y -- tar").exit, 100);
}

}  // namespace
}  // namespace spm::sandbox
