#pragma once
// A scenario: the fleet, the errata and what each of them does to a system, as read from a JSON file. Also says what a test of each erratum
// must end with, which the demonstration's check compares with what the orchestrator made of it. Pure values; an error names the field that
// is wrong.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace spm::sandbox {

struct ScriptedCommand {
  int exit = 0;
  std::string output;
};

struct SystemSpec {
  std::string name{};
  std::string os{};  // an OsProfile id
  bool test = false;
  std::vector<std::string> groups{};
  std::vector<std::string> roles{};
  bool snapper = true;
  bool online = true;
  double cpu_percent = 5;
  double memory_percent = 35;
  int free_mb = 20'000;
  std::map<std::string, std::string> packages{};      // name → version installed at the start
  std::map<std::string, ScriptedCommand> commands{};  // argv joined by one space → what it does
  std::map<std::string, std::string> custom_values{};
};

enum class EffectKind { NeedsReboot, ServiceDown, FailedUnit, Cpu, Memory, PatchFails, InstallsNothing, Slow, LostResult, BreaksCustom };

struct Effect {
  EffectKind kind = EffectKind::NeedsReboot;
  std::string unit{};            // ServiceDown, FailedUnit
  double percent = 0;            // Cpu, Memory: points added
  std::string message{};         // PatchFails
  std::chrono::seconds time{0};  // Slow: simulated time added
  std::string command{};         // BreaksCustom: argv joined by one space
};

struct ErratumPackage {
  std::string name;
  std::string evr;
  std::string arch;  // empty: the system's own
  std::int64_t size_bytes = 0;
  std::optional<std::string> from;  // what systems of this OS have before
  bool added = false;               // not installed before; comes with the erratum (a kernel image)
};

struct Expectation {
  std::string result;         // passed | failed | error
  std::string failure_phase;  // empty: none
  std::string failure_class;
  bool reboot = false;
  std::string rollback = "none";  // snapshot | package | none | either
  std::string decision = "none";  // approve | reject | snooze | none: what the demonstration's operator does
  std::string final_status;
};

struct ErratumSpec {
  std::string advisory{};
  std::string os{};
  std::string type = "Security Advisory";
  std::string severity = "Unspecified";
  std::string synopsis{};
  std::string description{};
  std::string published{};  // ISO 8601 in UTC
  std::vector<std::string> cves{};
  std::vector<ErratumPackage> packages{};
  bool reboot_suggested = false;
  bool restart_suggested = false;
  bool retracted = false;
  bool catalogue_only = false;  // SPM-SYNC knows it, UYUNI does not
  std::vector<Effect> effects{};
  std::optional<Expectation> expect{};
};

// What publishers of lists know of a CVE.
struct CveSpec {
  std::string id;
  double cvss = 0;  // 0..10
  double epss = 0;  // 0..1
  bool exploited = false;
};

struct UyuniSpec {
  std::string user = "admin";
  std::string password = "sandbox";
  std::string time_zone = "Europe/Rome";
  std::string product_version = "2026.06";
  std::string api_version = "27";
  std::string organisation = "Sandbox";
  std::chrono::seconds session_lifetime{3600};  // real time, like every other server's setting; not divided by the speed
};

struct SaltSpec {
  std::string user = "spm";
  std::string password = "sandbox";
  std::string eauth = "pam";
  std::vector<std::string> clients{"local", "local_async", "runner"};
};

struct SpmSyncSpec {
  int generation = 2;
  bool honour_offset = false;
  std::string api_key = "sandbox-key";
};

struct Scenario {
  std::string name;
  std::uint64_t seed = 1;
  UyuniSpec uyuni;
  SaltSpec salt;
  SpmSyncSpec spm_sync;
  std::vector<SystemSpec> systems;
  std::vector<ErratumSpec> errata;
  std::vector<CveSpec> cves;
};

// `now` anchors the dates that a scenario gives as "published_days_ago".
[[nodiscard]] Result<Scenario> parse_scenario(std::string_view text, std::chrono::sys_seconds now);
[[nodiscard]] Result<Scenario> read_scenario_file(const std::string& path, std::chrono::sys_seconds now);
// "demo" or "small": the scenarios inside the binary.
[[nodiscard]] Result<Scenario> embedded_scenario(std::string_view name, std::chrono::sys_seconds now);

}  // namespace spm::sandbox
