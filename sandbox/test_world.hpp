#pragma once
// For the sandbox's own tests: a small scenario and a world whose time the test moves.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sandbox/simulation.hpp"

namespace spm::sandbox {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return time; }
  void advance(std::chrono::seconds by) { time += by; }
  Time time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + std::chrono::hours(8);
};

inline Scenario test_scenario() {
  static constexpr std::string_view kText = R"({
    "name": "unit", "seed": 3,
    "systems": [
      {"name": "test-ubuntu", "os": "ubuntu-24.04", "role": "test", "groups": ["test-ubuntu-2404", "all"], "server_roles": ["web"],
       "commands": {"curl -fsS http://localhost/": {"exit": 0, "output": "ok\n"}}, "custom_values": {"criticality": "high"}},
      {"name": "test-alma", "os": "almalinux-9", "role": "test", "groups": ["test-rhel9", "all"], "snapper": false},
      {"name": "web01", "os": "ubuntu-24.04", "role": "production", "groups": ["production", "all"], "server_roles": ["web"]}],
    "errata": [
      {"advisory": "USN-1-1", "os": "ubuntu-24.04", "severity": "Important", "synopsis": "OpenSSL <vulnerability>", "cves": ["CVE-2026-0001"],
       "packages": [{"name": "openssl", "evr": "3.0.13-0ubuntu3.5"}, {"name": "libssl3t64", "evr": "3.0.13-0ubuntu3.5"}]},
      {"advisory": "USN-2-1", "os": "ubuntu-24.04", "severity": "Moderate", "synopsis": "nginx", "cves": ["CVE-2026-0001"],
       "packages": [{"name": "nginx", "evr": "1.24.0-2ubuntu7.1"}], "effects": [{"type": "service_down", "service": "nginx"}]},
      {"advisory": "USN-3-1", "os": "ubuntu-24.04", "synopsis": "kernel", "reboot_suggested": true,
       "packages": [{"name": "linux-image-6.8.0-58-generic", "evr": "6.8.0-58.60", "added": true}, {"name": "linux-image-generic", "evr": "6.8.0-58.60"}]},
      {"advisory": "ALSA-1", "os": "almalinux-9", "severity": "Low", "synopsis": "less", "packages": [{"name": "less", "evr": "590-5.el9"}],
       "effects": [{"type": "cpu", "percent": 50}]},
      {"advisory": "ALSA-2", "os": "almalinux-9", "synopsis": "tar", "packages": [{"name": "tar", "evr": "2:1.34-7.el9"}],
       "effects": [{"type": "patch_fails", "message": "Error: Transaction test error"}]},
      {"advisory": "ALSA-3", "os": "almalinux-9", "synopsis": "sudo", "packages": [{"name": "sudo", "evr": "1.9.5p2-11.el9"}], "effects": [{"type": "installs_nothing"}]}]})";
  auto scenario = parse_scenario(kText, std::chrono::sys_days{std::chrono::year{2026} / 1 / 31});
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message;
  return *scenario;
}

}  // namespace spm::sandbox
