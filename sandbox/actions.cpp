#include "sandbox/actions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/host_shell.hpp"
#include "sandbox/packages.hpp"
#include "sandbox/power.hpp"

namespace spm::sandbox {
namespace {

constexpr int kFirstActionId = 101;
constexpr Seconds kPickUp{1};
constexpr Seconds kPresencePing{5};
constexpr Seconds kRefreshTakes{5};
constexpr Seconds kScriptOverhead{2};
constexpr Seconds kPatchTakes{20};
constexpr Seconds kPatchTakesEachPackage{2};
constexpr Seconds kRebootDelay{180};
constexpr Seconds kBeaconDelay{8};
constexpr Seconds kMinionStartReport{10};
constexpr Seconds kNeededCacheLag{60};
constexpr Seconds kCleanUpAfter{24 * 3600};
constexpr Seconds kRebootLimit{6 * 3600};
constexpr auto kTooLate = std::chrono::hours(24);  // real time: it guards against wrong dates
constexpr const char* kMinionDown = "Minion is down or could not be contacted.";

// Salt's result as UYUNI stores it: YAML text of the state.
std::string patch_message(const std::vector<PackageChange>& changes) {
  std::string text = "pkg_|-update-init_|-update-init_|-patch_installed:\n    name: mgr_update_stack_patches\n    changes:";
  if (changes.empty()) return text + " {}\n    result: true\n    comment: All packages are up-to-date.\n";
  for (const auto& change : changes) text += fmt::format("\n        {}: {{new: {}, old: {}}}", change.name, change.after, change.before);
  return text + "\n    result: true\n";
}

bool has_effect(const World& world, const Action& action, EffectKind kind, const Effect** found = nullptr) {
  for (const int id : action.errata) {
    for (const auto& effect : world.errata().find(id)->spec.effects) {
      if (effect.kind != kind) continue;
      if (found != nullptr) *found = &effect;
      return true;
    }
  }
  return false;
}

Seconds patch_duration(const World& world, const Action& action) {
  Seconds takes = kPatchTakes;
  for (const int id : action.errata)
    takes += kPatchTakesEachPackage * std::min<std::size_t>(world.errata().find(id)->spec.packages.size(), 20);
  const Effect* slow = nullptr;
  if (has_effect(world, action, EffectKind::Slow, &slow)) takes += slow->time;
  return takes;
}

// UYUNI's layout of a script's streams (uyuni-xmlrpc 4.9): stderr first, or stdout and a newline alone.
std::string script_output(const ShellResult& result) {
  if (result.err.empty()) return result.out + "\n";
  std::string text = "stderr:\n\n" + result.err + "\n";
  if (!result.out.empty()) text += "stdout:\n\n" + result.out + "\n";
  return text;
}

}  // namespace

std::string display_name(ActionType type) {
  switch (type) {
    case ActionType::PackageRefresh: return "Package List Refresh";
    case ActionType::PatchUpdate: return "Patch Update";
    case ActionType::Reboot: return "System reboot";
    case ActionType::Script: return "Run an arbitrary script";
  }
  return {};
}

const SystemAction* Action::on(std::int64_t sid) const {
  const auto found = std::find_if(systems.begin(), systems.end(), [&](const auto& entry) { return entry.sid == sid; });
  return found == systems.end() ? nullptr : &*found;
}

SystemAction* Action::on(std::int64_t sid) {
  const auto found = std::find_if(systems.begin(), systems.end(), [&](const auto& entry) { return entry.sid == sid; });
  return found == systems.end() ? nullptr : &*found;
}

Actions::Actions(World& world) : world_(world) {
  world_.on_packages_changed.emplace_back([this](Host& host) { schedule_refresh(host, kBeaconDelay); });
  world_.on_boot.emplace_back([this](Host& host) { schedule_refresh(host, kMinionStartReport); });
}

Action* Actions::find(std::int64_t id) {
  const auto index = id - kFirstActionId;
  return index < 0 || index >= static_cast<std::int64_t>(actions_.size()) ? nullptr : &actions_[static_cast<std::size_t>(index)];
}

SystemAction* Actions::entry(int id, std::int64_t sid) {
  auto* action = find(id);
  return action == nullptr ? nullptr : action->on(sid);
}

int Actions::schedule(Action action) {
  action.id = kFirstActionId + static_cast<int>(actions_.size());
  action.created = world_.now();
  const int id = action.id;
  const Time due = std::max(action.earliest, world_.now()) + world_.scaled(kPickUp + troubles.delay);
  actions_.push_back(std::move(action));
  world_.at(due, [this, id] { fire(id); });
  return id;
}

std::vector<int> Actions::scheduled_errata(std::int64_t sid) const {
  std::vector<int> open;
  for (const auto& action : actions_) {
    const auto* entry = action.type == ActionType::PatchUpdate ? action.on(sid) : nullptr;
    if (entry == nullptr || entry->status == ActionStatus::Completed || entry->status == ActionStatus::Failed) continue;
    open.insert(open.end(), action.errata.begin(), action.errata.end());
  }
  return open;
}

void Actions::cancel(Action& action) {
  std::erase_if(action.systems, [](const auto& entry) { return entry.status == ActionStatus::Queued; });
}

void Actions::fail(SystemAction& entry, int code, const std::string& message) {
  entry.status = ActionStatus::Failed;
  entry.completed = world_.now();
  entry.result_code = code;
  entry.message = message;
}

void Actions::complete(SystemAction& entry, const std::string& message) {
  entry.status = ActionStatus::Completed;
  entry.completed = world_.now();
  entry.result_code = 0;
  entry.message = message;
}

void Actions::fire(int id) {
  auto& action = *find(id);
  for (auto& entry : action.systems) {
    if (entry.status != ActionStatus::Queued) continue;
    if (world_.now() >= action.earliest + kTooLate) {
      fail(entry, -1, "The action was rejected because it was picked up more than 24 hours after its scheduled time.");
      continue;
    }
    const auto sid = entry.sid;
    if (host(sid).online)
      pick_up(id, sid);
    else
      world_.in(kPresencePing, [this, id, sid] {
        auto* waiting = this->entry(id, sid);
        if (waiting != nullptr && waiting->status == ActionStatus::Queued) fail(*waiting, -1, kMinionDown);
      });
  }
}

// A minion runs one state job at a time; the next one waits, already picked up.
void Actions::pick_up(int id, std::int64_t sid) {
  auto& picked = *entry(id, sid);
  auto& target = host(sid);
  picked.status = ActionStatus::PickedUp;
  picked.picked_up = world_.now();
  world_.in(kCleanUpAfter, [this, id] { clean_up(id); });
  world_.at(std::max(world_.now(), target.state_job_until), [this, id, sid] { run(id, sid); });
}

void Actions::run(int id, std::int64_t sid) {
  auto& action = *find(id);
  auto* running = entry(id, sid);
  auto& target = host(sid);
  if (running == nullptr || !target.online) return;  // the return is lost with the minion: the entry stays picked up
  // Two that were picked up at one instant both come here; the first to run makes the other wait.
  if (world_.now() < target.state_job_until) return world_.at(target.state_job_until, [this, id, sid] { run(id, sid); });
  switch (action.type) {
    case ActionType::PackageRefresh: return run_refresh(action, *running, target);
    case ActionType::PatchUpdate: return run_patch(action, *running, target);
    case ActionType::Script: return run_script(action, *running, target);
    case ActionType::Reboot:
      begin_reboot(world_, target, kRebootDelay, {{"action_id", id}});
      world_.in(kRebootLimit, [this, id, sid] {
        auto* waiting = entry(id, sid);
        if (waiting != nullptr && waiting->status == ActionStatus::PickedUp) fail(*waiting, -100, "Prerequisite failed");
      });
  }
}

void Actions::run_refresh(Action& action, SystemAction& entry, Host& host) {
  host.state_job_until = world_.now() + world_.scaled(kRefreshTakes);
  answer(action.id, entry.sid, kRefreshTakes, [this](Action&, SystemAction& done, Host& refreshed) {
    complete(done, "Successfully collected the package list.");
    report_profile(refreshed);
  });
}

void Actions::run_patch(Action& action, SystemAction& entry, Host& host) {
  const Seconds takes = patch_duration(world_, action);
  host.state_job_until = world_.now() + world_.scaled(takes);
  host.package_lock_until = host.state_job_until;
  world_.in(takes, [this, id = action.id, sid = entry.sid, boot_id = host.boot_id] { finish_patch(id, sid, boot_id); });
}

void Actions::finish_patch(int id, std::int64_t sid, const std::string& boot_id) {
  auto& action = *find(id);
  auto& target = host(sid);
  if (!target.online || target.boot_id != boot_id) return;  // the power went while it ran
  const Effect* failure = nullptr;
  if (has_effect(world_, action, EffectKind::PatchFails, &failure)) {
    world_.record(target, "patch_failed", {{"action_id", id}, {"message", failure->message}});
    return answer(id, sid, Seconds(0), [this, text = failure->message](Action&, SystemAction& done, Host&) { fail(done, 1, text); });
  }
  std::vector<PackageChange> changes;
  if (!has_effect(world_, action, EffectKind::InstallsNothing)) changes = apply_errata(world_, target, action.errata, {{"action_id", id}});
  if (has_effect(world_, action, EffectKind::LostResult)) ++troubles.lose_results;
  answer(id, sid, Seconds(0.5), [this, text = patch_message(changes)](Action&, SystemAction& done, Host& patched) {
    complete(done, text);
    report_profile(patched);
  });
}

void Actions::run_script(Action& action, SystemAction& entry, Host& host) {
  HostShell shell(world_, host, {{"action_id", action.id}});
  const ShellResult result = shell.run(action.script.content);
  const bool timed_out = result.elapsed > Seconds(action.script.timeout_seconds);
  const Seconds takes = kScriptOverhead + std::min(result.elapsed, Seconds(action.script.timeout_seconds));
  host.state_job_until = world_.now() + world_.scaled(takes);
  world_.record(host, "script_run", {{"action_id", action.id}, {"exit", result.exit}});
  const Time started = std::max(action.created, action.earliest);
  const std::string jid = fmt::format("{:020}", action.id);
  answer(action.id, entry.sid, takes, [this, result, timed_out, started, jid](Action&, SystemAction& done, Host&) {
    const bool failed = timed_out || result.exit != 0;
    if (failed)
      fail(done, 2, fmt::format("Failed to execute script. [jid={}]", jid));
    else
      complete(done, fmt::format("Script executed successfully. [jid={}]", jid));
    done.script = ScriptOutcome{started, world_.now(), failed ? 2 : 0, timed_out ? "" : script_output(result)};
  });
}

// The job's return on its way to the server. It is lost when the minion is gone by then, and when the scenario says so.
void Actions::answer(int id, std::int64_t sid, Seconds after, std::function<void(Action&, SystemAction&, Host&)> store) {
  const bool lost = troubles.lose_results > 0;
  if (lost) --troubles.lose_results;
  const auto boot_id = host(sid).boot_id;
  world_.in(after, [this, id, sid, lost, boot_id, store = std::move(store)] {
    auto* waiting = entry(id, sid);
    auto& target = host(sid);
    if (lost) world_.record(target, "return_lost", {{"action_id", id}});
    if (lost || waiting == nullptr || waiting->status != ActionStatus::PickedUp || !target.online || target.boot_id != boot_id) return;
    store(*find(id), *waiting, target);
  });
}

void Actions::report_profile(Host& host) {
  host.profile = host.packages;
  host.last_checkin = world_.now();
  host.reported_boot = host.boot_time;
  host.reported_kernel = host.running_kernel;
  host.reported_reboot_required = host.reboot_required();
  end_reboots(host);
  world_.in(kNeededCacheLag, [this, &host] { host.needed = world_.errata().needed(*host.os, host.profile); });
}

void Actions::end_reboots(Host& host) {
  for (auto& action : actions_) {
    if (action.type != ActionType::Reboot) continue;
    for (auto& waiting : action.systems) {
      if (waiting.sid == host.sid && waiting.status == ActionStatus::PickedUp && host.boot_time > *waiting.picked_up)
        complete(waiting, "Reboot completed.");
    }
  }
}

// The package beacon and the minion's start make the server schedule a refresh by itself; one is enough.
void Actions::schedule_refresh(Host& host, Seconds delay) {
  if (refresh_due_[host.sid]++ > 0) return;
  world_.in(delay, [this, &host] {
    refresh_due_[host.sid] = 0;
    Action action{.type = ActionType::PackageRefresh, .name = display_name(ActionType::PackageRefresh), .earliest = world_.now()};
    action.systems.push_back({.sid = host.sid});
    schedule(std::move(action));
  });
}

// The nightly job: entries that nobody will ever answer. A minion that cannot be asked keeps its entry.
void Actions::clean_up(int id) {
  auto& action = *find(id);
  if (action.type == ActionType::Reboot) return;
  for (auto& waiting : action.systems) {
    if (waiting.status == ActionStatus::PickedUp && host(waiting.sid).online) fail(waiting, -1, "No job return event was received.");
  }
}

}  // namespace spm::sandbox
