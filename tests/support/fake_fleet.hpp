#pragma once
// One small managed system behind the ports of the engine: packages that really change, services that break, reboots that change the boot
// id, snapshots that can be undone, and faults that a test asks for. It counts what was really done to it, which is what crash tests
// compare. Not for use from several threads at a time.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ports/commands.hpp"
#include "ports/fleet.hpp"
#include "ports/health.hpp"

namespace spm::test {

struct FakeService {
  std::string state = "active";
  std::int64_t pid = 100;
};

struct FakeSnapshot {
  std::string description;
  std::map<std::string, std::string> packages;
  bool reboot_required = false;
};

struct FakeHost {
  std::string os = "ubuntu";
  std::string boot_id = "00000000-0000-4000-8000-000000000001";
  std::map<std::string, std::string> packages;  // ubuntu: name → version; rhel: "name\tarch" → "epoch:version-release"
  std::map<std::string, FakeService> services;  // without ".service"; sockets with their suffix
  std::vector<std::string> failed_units;
  std::map<int, FakeSnapshot> snapshots;
  std::set<std::string> locks;
  std::vector<std::string> cached_debs;  // file names in the package manager's cache
  bool has_snapper = true;
  bool is_online = true;
  bool reboot_required = false;
  std::int64_t free_kb = 4'000'000;
  int boots = 1;
};

// What applying the erratum does to the host.
struct FakePatch {
  std::map<std::string, std::string> packages;
  bool requires_reboot = false;             // sets the host's own flag
  std::vector<std::string> stops_services;  // they stay down until they are restarted
  std::vector<std::string> fails_units;
  std::string failure;      // UYUNI's message; nothing is changed
  bool never_ends = false;  // picked up, and that is the last that is heard of it
  double cpu_after = 12;
};

struct FakeFaults {
  int lose_schedule_answers = 0;       // the action is stored, the answer is not received
  int schedule_unreachable = 0;        // nothing happens
  int lose_batches = 0;                // the next batches never report
  int start_unreachable = 0;           // the next batches do not start
  bool undo_fails = false;             // snapper cannot restore
  bool downgrades_fail = false;        // the package manager refuses to go back
  bool old_versions_gone = false;      // no repository has the installed versions any more
  std::int64_t snapshot_takes_kb = 0;  // room on / that a snapshot takes
  bool surplus_stays = false;          // a package that came stays whatever is done
  bool stays_down = false;             // a reboot never comes back
  bool keeps_boot_id = false;          // "rebooted", but did not
  bool services_stay_down = false;     // a restart does not help
  std::map<std::string, int> exit_of;  // argv[0] → exit status instead of what it would do
};

class FakeFleet final : public ports::Commands, public ports::Fleet, public ports::MetricsSource {
 public:
  FakeFleet(const Clock& clock, FakeHost host, FakePatch patch);

  FakeHost host;
  FakePatch patch;
  FakeFaults faults;
  std::optional<UyuniErratumId> applicable = UyuniErratumId{501};
  std::map<std::string, std::int64_t> scheduling_ids;  // of errata that have one of their own; the others have `applicable`
  std::map<std::int64_t, FakePatch> patches;           // by scheduling id; the others do what `patch` says
  bool metrics_work = true;
  std::chrono::seconds reboot_takes{60};

  // What really happened, in order and by number.
  std::vector<std::string> effects;  // "apply", "reboot", "snapshot 1", "undo 1", "apt-get install …"
  int applied = 0;                   // times that the patch changed the host
  int schedules = 0;                 // patch actions that exist
  int reboots = 0;                   // reboot actions that exist

  Result<std::string> start(const ports::CommandBatch& batch) override;
  Result<std::optional<std::string>> find(const ports::CommandBatch& batch) override;
  Result<ports::BatchReport> report(const ports::CommandBatch& batch, const std::string& handle) override;

  Result<ActionId> schedule_errata(SystemId system, const std::vector<UyuniErratumId>& errata, Time earliest) override;
  Result<ActionId> schedule_reboot(SystemId system, Time earliest) override;
  Result<std::optional<ActionId>> find_action(SystemId system, ports::ActionKind kind, const AdvisoryName& advisory, Time since) override;
  Result<ports::ActionReport> action_report(SystemId system, ActionId action) override;
  Result<bool> cancel_action(SystemId system, ActionId action) override;
  Result<std::optional<UyuniErratumId>> applicable_id(SystemId system, const AdvisoryName& advisory) override;
  Result<bool> add_note(SystemId system, const std::string& subject, const std::string& body) override;

  Result<ports::MetricSample> sample(const std::string& instance, Time at, std::chrono::seconds window) override;

 private:
  struct Action {
    ActionId id;
    ports::ActionKind kind;
    Time created;
    ports::ActionReport report;
  };

  ports::CommandOutput run(const std::vector<std::string>& argv);
  ports::CommandOutput systemctl(const std::vector<std::string>& argv);
  ports::CommandOutput show(const std::vector<std::string>& units) const;
  ports::CommandOutput snapper(const std::vector<std::string>& argv);
  ports::CommandOutput package_manager(const std::vector<std::string>& argv);
  [[nodiscard]] std::string package_list() const;
  [[nodiscard]] std::string madison() const;
  void install_file(const std::string& path);
  void apply_patch(Action& action, const FakePatch& what);
  void finish_reboot();
  [[nodiscard]] bool is_reachable();

  const Clock& clock_;
  std::deque<Action> actions_;
  std::map<std::string, std::optional<std::vector<ports::CommandOutput>>> batches_;  // by token; nullopt: lost
  std::optional<Time> back_at_;
  std::int64_t next_action_ = 40;
};

// An Ubuntu host with the critical services of the default configuration, and an erratum for openssl that works.
[[nodiscard]] FakeHost ubuntu_host();
[[nodiscard]] FakePatch openssl_patch();

}  // namespace spm::test
