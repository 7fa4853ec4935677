#pragma once
// One simulated system: what is really on it, and, kept apart, what UYUNI last heard of it. Only the functions of packages, power and
// snapshots change it. Guarded by the simulation's mutex.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sandbox/os_profile.hpp"
#include "sandbox/package_set.hpp"
#include "sandbox/scenario.hpp"

namespace spm::sandbox {

enum class UnitState { Active, Inactive, Failed };

struct Unit {
  std::string description{};
  std::string package{};  // its upgrade restarts the unit
  UnitStart start = UnitStart::Running;
  UnitState state = UnitState::Inactive;
  int pid = 0;  // 0: no process
};

// An effect of an erratum that holds as long as one of the versions that brought it is installed.
struct ActiveEffect {
  Effect effect;
  std::string advisory;
  std::map<std::string, std::string> brought;  // package → version
};

struct Snapshot {
  int number = 0;
  std::string type = "single";
  Time date{};
  std::string description{};
  std::string cleanup{};
  PackageSet packages{};
  std::vector<ActiveEffect> effects{};
  std::set<std::string> reboot_packages{};
};

struct Note {
  int id = 0;
  std::string subject;
  std::string body;
  Time updated;
};

// Seconds of processor time since boot, for two processors under a level that changes by steps.
class CpuMeter {
 public:
  void reset(Time boot, Time now, double level_percent);
  void set_level(Time now, double level_percent);
  [[nodiscard]] double busy_seconds(Time now) const;
  [[nodiscard]] double idle_seconds(Time now) const;
  [[nodiscard]] double level_percent() const { return level_; }
  static constexpr double kProcessors = 2;

 private:
  Time since_{};
  double level_ = 0;
  double busy_ = 0;
  double idle_ = 0;
};

struct Host {
  std::int64_t sid = 0;
  SystemSpec spec;
  const OsProfile* os = nullptr;
  std::string minion_id;
  std::string ip;
  std::string machine_id;

  bool online = true;  // the minion and the exporter answer
  std::string boot_id;
  Time boot_time;
  std::string running_kernel;
  PackageSet packages;
  PackageSet initial_packages;            // still to be had from the repositories
  std::set<std::string> reboot_packages;  // not empty: a reboot is required
  std::map<std::string, Unit> units;
  int next_pid = 600;
  std::vector<Snapshot> snapshots;
  int next_snapshot = 2;
  std::vector<ActiveEffect> effects;
  CpuMeter cpu;
  int free_mb = 0;
  Time package_lock_until{};
  Time state_job_until{};  // a minion runs one state job at a time

  // What UYUNI believes.
  PackageSet profile;
  std::vector<int> needed;  // errata ids, ascending
  Time last_checkin;
  Time reported_boot;
  std::string reported_kernel;
  bool reported_reboot_required = false;
  Time registered;
  std::vector<Note> notes;
  std::map<std::string, std::string> custom_values;

  [[nodiscard]] bool reboot_required() const { return !reboot_packages.empty(); }
  [[nodiscard]] double cpu_level() const;
  [[nodiscard]] double memory_level() const;
  [[nodiscard]] bool is_held_down(const std::string& unit) const;  // by an erratum: a restart cannot bring it back
  [[nodiscard]] Grammar grammar() const { return os->grammar(); }
};

}  // namespace spm::sandbox
