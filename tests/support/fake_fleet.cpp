#include "tests/support/fake_fleet.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace spm::test {
namespace {

using ports::ActionKind;
using ports::ActionState;
using ports::CommandOutput;

std::string without_suffix(std::string name) {
  if (name.ends_with(".service")) name.resize(name.size() - 8);
  return name;
}

std::vector<std::string> after(const std::vector<std::string>& argv, const std::string& word) {
  const auto found = std::find(argv.begin(), argv.end(), word);
  return found == argv.end() ? std::vector<std::string>{} : std::vector<std::string>(found + 1, argv.end());
}

}  // namespace

FakeHost ubuntu_host() {
  FakeHost host;
  host.packages = {
      {"bash", "5.1-6ubuntu1"}, {"libssl3:amd64", "3.0.2-0ubuntu1.10"}, {"openssl", "3.0.2-0ubuntu1.10"}, {"zlib1g:amd64", "1:1.2.11-1"}};
  host.services = {{"ssh.socket", {"active", 0}}, {"ssh", {"inactive", 0}},         {"cron", {"active", 110}},
                   {"rsyslog", {"active", 120}},  {"salt-minion", {"active", 130}}, {"nginx", {"active", 140}}};
  return host;
}

FakePatch openssl_patch() {
  FakePatch patch;
  patch.packages = {{"libssl3:amd64", "3.0.2-0ubuntu1.12"}, {"openssl", "3.0.2-0ubuntu1.12"}};
  return patch;
}

FakeFleet::FakeFleet(const Clock& clock, FakeHost the_host, FakePatch the_patch)
    : host(std::move(the_host)), patch(std::move(the_patch)), clock_(clock) {}

bool FakeFleet::is_reachable() {
  finish_reboot();
  return host.is_online;
}

void FakeFleet::finish_reboot() {
  if (!back_at_ || clock_.now() < *back_at_ || faults.stays_down) return;
  back_at_.reset();
  host.is_online = true;
  if (faults.keeps_boot_id) return;
  host.boot_id = fmt::format("00000000-0000-4000-8000-{:012}", ++host.boots);
  host.reboot_required = false;
  for (auto& [name, service] : host.services) {
    if (service.state == "failed" && !faults.services_stay_down) service = {"active", 1000 + host.boots};
  }
}

// ---------------------------------------------------------------- commands

Result<std::string> FakeFleet::start(const ports::CommandBatch& batch) {
  if (faults.start_unreachable > 0) {
    --faults.start_unreachable;
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Unreachable, "the Salt API does not answer");
  }
  if (batches_.contains(batch.token)) return batch.token;  // a job id runs once
  if (!is_reachable() || faults.lose_batches > 0) {
    if (faults.lose_batches > 0) --faults.lose_batches;
    batches_[batch.token] = std::nullopt;
    return batch.token;
  }
  std::vector<CommandOutput> outputs;
  for (const auto& command : batch.commands) outputs.push_back(run(command.argv));
  batches_[batch.token] = std::move(outputs);
  return batch.token;
}

Result<std::optional<std::string>> FakeFleet::find(const ports::CommandBatch& batch) {
  if (!batches_.contains(batch.token)) return std::nullopt;
  return batch.token;
}

Result<ports::BatchReport> FakeFleet::report(const ports::CommandBatch& batch, const std::string&) {
  const auto& outputs = batches_.at(batch.token);
  if (!outputs) return ports::BatchReport{ports::BatchState::Lost, {}, "Minion is down or could not be contacted."};
  return ports::BatchReport{ports::BatchState::Done, *outputs, {}};
}

CommandOutput FakeFleet::run(const std::vector<std::string>& argv) {
  const auto& tool = argv.front();
  if (const auto forced = faults.exit_of.find(tool); forced != faults.exit_of.end()) {
    return {forced->second, forced->second == 127 ? fmt::format("sh: 1: {}: not found\n", tool) : "forced\n"};
  }
  if (tool == "true" || tool == "sleep") return {0, ""};
  if (tool == "cat" && argv[1].ends_with("boot_id")) return {0, host.boot_id + "\n"};
  if (tool == "uname") return {0, "5.15.0-91-generic\n"};
  if (tool == "cat" && argv[1] == "/etc/os-release") return {0, "PRETTY_NAME=\"Ubuntu 22.04.4 LTS\"\nID=ubuntu\n"};
  if (tool == "cat" && argv[1] == "/proc/stat") return {0, "cpu  10 0 10 80 0 0 0 0 0 0\n"};
  if (tool == "cat" && argv[1] == "/proc/meminfo") return {0, "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\n"};
  if (tool == "df")
    return {0, fmt::format("Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 9000000 100 {} 1% /\n", host.free_kb)};
  if (tool == "lslocks") return {0, fmt::format("{}\n", fmt::join(host.locks, "\n"))};
  if (tool == "test" && argv[1] == "-e") return {host.reboot_required ? 0 : 1, ""};
  if (tool == "dnf" && argv[2] == "needs-restarting") return {host.reboot_required ? 1 : 0, ""};
  if (tool == "dpkg-query" || (tool == "rpm" && argv[1] == "-qa")) return {0, package_list()};
  if (tool == "systemctl") return systemctl(argv);
  if (tool == "snapper") return snapper(argv);
  if (tool == "apt-cache") return {0, madison()};
  if (tool == "find") return {0, fmt::format("{}\n", fmt::join(host.cached_debs, "\n"))};
  if (tool == "apt-get" || tool == "dnf") return package_manager(argv);
  return {127, fmt::format("sh: 1: {}: not found\n", tool)};
}

std::string FakeFleet::package_list() const {
  std::string list;
  for (const auto& [name, version] : host.packages) {
    if (host.os == "rhel") {
      const auto tab = name.find('\t');
      list += fmt::format("{}\t{}\t{}\n", name.substr(0, tab), version, name.substr(tab + 1));
    } else {
      list += fmt::format("{}\t{}\tii \tamd64\n", name, version);
    }
  }
  return list;
}

std::string FakeFleet::madison() const {
  std::string text;
  if (faults.old_versions_gone) return text;
  for (const auto& [name, version] : host.packages)
    text += fmt::format("   {} | {} | http://archive.example jammy/main amd64 Packages\n", name.substr(0, name.find(':')), version);
  return text;
}

CommandOutput FakeFleet::show(const std::vector<std::string>& units) const {
  std::string text;
  for (const auto& unit : units) {
    const auto found = host.services.find(without_suffix(unit));
    if (!text.empty()) text += "\n";
    if (found == host.services.end()) {
      text += fmt::format("MainPID=0\nId={}.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n", unit);
    } else {
      text +=
          fmt::format("MainPID={}\nId={}\nLoadState=loaded\nActiveState={}\nSubState=x\n", found->second.pid, unit, found->second.state);
    }
  }
  return {0, text};
}

CommandOutput FakeFleet::systemctl(const std::vector<std::string>& argv) {
  if (argv[1] == "show") return show(after(argv, "--"));
  if (argv[1] == "restart") {
    effects.push_back(fmt::format("restart {}", fmt::join(after(argv, "--"), " ")));
    for (const auto& unit : after(argv, "--")) {
      if (faults.services_stay_down) continue;
      host.services[without_suffix(unit)] = {"active", 999};
      std::erase(host.failed_units, unit + ".service");
    }
    return {0, ""};
  }
  std::string text;
  if (std::find(argv.begin(), argv.end(), "--state=failed") != argv.end()) {
    for (const auto& unit : host.failed_units) text += fmt::format("{} loaded failed failed Something\n", unit);
    return {0, text};
  }
  for (const auto& [name, service] : host.services) {
    if (service.state == "active" && name.find('.') == std::string::npos)
      text += fmt::format("{}.service loaded active running Something\n", name);
  }
  return {0, text};
}

CommandOutput FakeFleet::snapper(const std::vector<std::string>& argv) {
  if (!host.has_snapper) return {127, "sh: 1: snapper: not found\n"};
  const auto has = [&](const std::string& word) { return std::find(argv.begin(), argv.end(), word) != argv.end(); };
  if (has("list")) {
    std::string csv = "number,type,date,description,cleanup\n0,single,,current,\n";
    for (const auto& [number, snapshot] : host.snapshots)
      csv += fmt::format("{},single,2026-11-23 08:00:00,{},\n", number, snapshot.description);
    return {0, csv};
  }
  if (has("create")) {
    const int number = static_cast<int>(host.snapshots.size()) + 1;
    host.snapshots[number] = {after(argv, "--description").front(), host.packages, host.reboot_required};
    host.free_kb -= faults.snapshot_takes_kb;
    effects.push_back(fmt::format("snapshot {}", number));
    return {0, fmt::format("{}\n", number)};
  }
  if (has("delete")) {
    effects.push_back(fmt::format("delete snapshot {}", argv.back()));
    return host.snapshots.erase(std::stoi(argv.back())) == 1 ? CommandOutput{0, ""} : CommandOutput{1, "Snapshot not found.\n"};
  }
  if (faults.undo_fails) return {1, "IO Error (open failed).\n"};
  const auto& snapshot = host.snapshots.at(std::stoi(argv.back()));
  effects.push_back(fmt::format("undo {}", std::stoi(argv.back())));
  host.packages = snapshot.packages;
  host.reboot_required = snapshot.reboot_required;
  host.failed_units.clear();
  return {0, "create:0 modify:12 delete:1\n"};
}

void FakeFleet::install_file(const std::string& path) {
  const auto file = path.substr(path.rfind('/') + 1);
  const auto name = file.substr(0, file.find('_'));
  const auto version = file.substr(name.size() + 1, file.rfind('_') - name.size() - 1);
  for (auto& [installed, now] : host.packages) {
    if (installed.substr(0, installed.find(':')) == name) now = version;
  }
}

CommandOutput FakeFleet::package_manager(const std::vector<std::string>& argv) {
  effects.push_back(fmt::format("{}", fmt::join(argv, " ")));
  if (faults.downgrades_fail) return {100, "E: Version '1' for 'openssl' was not found\n"};
  const bool removes = argv[1] == "remove";
  for (const auto& word : after(argv, "--")) {
    if (removes && faults.surplus_stays) continue;
    if (removes)
      host.packages.erase(word);
    else if (word.starts_with("/"))
      install_file(word);
    else
      host.packages[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  }
  return {0, "done\n"};
}

// ---------------------------------------------------------------- actions

void FakeFleet::apply_patch(Action& action, const FakePatch& what) {
  if (!is_reachable()) {
    action.report = {ActionState::Failed, "Minion is down or could not be contacted."};
    return;
  }
  if (what.never_ends) {
    action.report = {ActionState::PickedUp, ""};
    return;
  }
  if (!what.failure.empty()) {
    action.report = {ActionState::Failed, what.failure};
    return;
  }
  ++applied;
  effects.emplace_back("apply");
  for (const auto& [name, version] : what.packages) host.packages[name] = version;
  for (const auto& name : what.stops_services) host.services[name] = {"failed", 0};
  host.failed_units.insert(host.failed_units.end(), what.fails_units.begin(), what.fails_units.end());
  host.reboot_required = host.reboot_required || what.requires_reboot;
  action.report = {ActionState::Completed, "applied"};
}

Result<ActionId> FakeFleet::schedule_errata(SystemId, const std::vector<UyuniErratumId>& errata, Time) {
  if (faults.schedule_unreachable > 0) {
    --faults.schedule_unreachable;
    return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::Unreachable, "UYUNI does not answer");
  }
  if (!applicable) return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::Refused, "UYUNI refused scheduleApplyErrata (fault 2600)");
  ++schedules;
  actions_.push_front({ActionId{++next_action_}, ActionKind::PatchUpdate, clock_.now(), {}});
  for (const auto id : errata) {
    const auto own = patches.find(id.value);
    apply_patch(actions_.front(), own == patches.end() ? patch : own->second);
  }
  if (faults.lose_schedule_answers > 0) {
    --faults.lose_schedule_answers;
    return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::OutcomeUnknown, "the answer of UYUNI was lost");
  }
  return actions_.front().id;
}

Result<ActionId> FakeFleet::schedule_reboot(SystemId, Time) {
  ++reboots;
  effects.emplace_back("reboot");
  host.is_online = false;
  back_at_ = clock_.now() + reboot_takes;
  actions_.push_front({ActionId{++next_action_}, ActionKind::Reboot, clock_.now(), {ActionState::PickedUp, ""}});
  if (faults.lose_schedule_answers > 0) {
    --faults.lose_schedule_answers;
    return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::OutcomeUnknown, "the answer of UYUNI was lost");
  }
  return actions_.front().id;
}

Result<std::optional<ActionId>> FakeFleet::find_action(SystemId, ActionKind kind, const AdvisoryName&, Time since) {
  for (const auto& action : actions_) {
    if (action.kind == kind && action.created >= since - std::chrono::minutes(1)) return action.id;
  }
  return std::nullopt;
}

Result<ports::ActionReport> FakeFleet::action_report(SystemId, ActionId id) {
  for (const auto& action : actions_) {
    if (action.id == id) return action.report;
  }
  return ports::ActionReport{ActionState::Gone, {}};
}

Result<bool> FakeFleet::cancel_action(SystemId, ActionId id) {
  effects.push_back(fmt::format("cancel {}", id.value));
  return true;
}

Result<std::optional<UyuniErratumId>> FakeFleet::applicable_id(SystemId, const AdvisoryName& advisory) {
  const auto own = scheduling_ids.find(advisory.value);
  return own == scheduling_ids.end() ? applicable : UyuniErratumId{own->second};
}

Result<bool> FakeFleet::add_note(SystemId, const std::string&, const std::string&) { return true; }

Result<ports::MetricSample> FakeFleet::sample(const std::string&, Time, std::chrono::seconds) {
  if (!metrics_work) return fail_upstream(ErrorCode::PrometheusError, UpstreamFailure::Unreachable, "Prometheus does not answer");
  return ports::MetricSample{applied > 0 ? patch.cpu_after : 10.0, 40.0, 0, "cpu, memory"};
}

}  // namespace spm::test
