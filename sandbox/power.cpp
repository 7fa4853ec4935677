#include "sandbox/power.hpp"

#include <algorithm>

#include "sandbox/packages.hpp"

namespace spm::sandbox {
namespace {

constexpr Seconds kBootTakes{60};

// The kernel that the boot loader takes: the newest that is installed.
std::string default_kernel(const Host& host) {
  if (host.os->family == Family::RedHat) {
    const auto core = host.packages.find("kernel-core");
    return core == host.packages.end() ? host.running_kernel : newest_version(Grammar::Rpm, core->second) + ".x86_64";
  }
  std::string newest = host.os->kernel;
  bool found = false;
  const std::string prefix = "linux-image-";
  for (const auto& [name, versions] : host.packages) {
    if (!name.starts_with(prefix) || name.size() == prefix.size() || name[prefix.size()] < '0' || name[prefix.size()] > '9') continue;
    const std::string release = name.substr(prefix.size());
    if (!found || compare_evr(Grammar::Deb, newest, release) < 0) newest = release;
    found = true;
  }
  return newest;
}

void start_units(Host& host) {
  host.next_pid = 600;
  for (auto& [name, unit] : host.units) {
    unit.state = UnitState::Inactive;
    unit.pid = 0;
    if (unit.package.empty() && !host.is_held_down(name)) continue;  // came into being only by failing
    if (unit.start != UnitStart::Inactive) restart_unit(host, name);
  }
  for (const auto& active : host.effects) {
    if (!host.units.contains(active.effect.unit)) continue;
    auto& unit = host.units.at(active.effect.unit);
    unit.state = active.effect.kind == EffectKind::FailedUnit ? UnitState::Failed : UnitState::Inactive;
    unit.pid = 0;
  }
}

void boot(World& world, Host& host) {
  host.boot_id = world.random_uuid();
  host.boot_time = world.now();
  host.running_kernel = default_kernel(host);
  host.reboot_packages.clear();
  start_units(host);
  host.cpu.reset(host.boot_time, world.now(), host.cpu_level());
  host.online = true;
  world.record(host, "booted", {{"boot_id", host.boot_id}, {"kernel", host.running_kernel}});
  for (const auto& listener : world.on_boot) listener(host);
}

}  // namespace

void set_reachable(World& world, Host& host, bool online) {
  if (host.online == online) return;
  host.online = online;
  world.record(host, online ? "online" : "offline");
  if (online) return;
  for (const auto& listener : world.on_offline) listener(host);
}

void begin_reboot(World& world, Host& host, Seconds delay, const json::object& cause) {
  world.record(host, "reboot_requested", cause);
  world.in(delay, [&world, &host] {
    set_reachable(world, host, false);
    world.in(kBootTakes, [&world, &host] { boot(world, host); });
  });
}

int create_snapshot(World& world, Host& host, const std::string& description, const std::string& cleanup, const json::object& cause) {
  Snapshot snapshot{.number = host.next_snapshot++, .date = world.now(), .description = description, .cleanup = cleanup};
  snapshot.packages = host.packages;
  snapshot.effects = host.effects;
  snapshot.reboot_packages = host.reboot_packages;
  host.snapshots.push_back(std::move(snapshot));
  json::object detail = cause;
  detail["snapshot"] = host.snapshots.back().number;
  world.record(host, "snapshot_created", std::move(detail));
  return host.snapshots.back().number;
}

std::optional<Undone> undo_to_snapshot(World& world, Host& host, int number, const json::object& cause) {
  const auto found =
      std::find_if(host.snapshots.begin(), host.snapshots.end(), [&](const auto& snapshot) { return snapshot.number == number; });
  if (found == host.snapshots.end()) return std::nullopt;
  const auto changes = difference(host.packages, found->packages);
  Undone undone;
  for (const auto& change : changes) {
    if (change.before.empty())
      undone.created += 9;
    else if (change.after.empty())
      undone.deleted += 9;
    else
      undone.modified += 12;
  }
  if (host.reboot_packages != found->reboot_packages) ++undone.modified;
  host.packages = found->packages;
  host.reboot_packages = found->reboot_packages;
  host.effects = found->effects;
  host.cpu.set_level(world.now(), host.cpu_level());
  json::object detail = cause;
  detail["snapshot"] = number;
  detail["packages"] = describe(changes);
  world.record(host, "snapshot_undone", std::move(detail));
  if (!changes.empty()) {
    for (const auto& listener : world.on_packages_changed) listener(host);
  }
  return undone;
}

bool delete_snapshot(World& world, Host& host, int number, const json::object& cause) {
  const auto removed = std::erase_if(host.snapshots, [&](const auto& snapshot) { return snapshot.number == number; });
  if (removed == 0) return false;
  json::object detail = cause;
  detail["snapshot"] = number;
  world.record(host, "snapshot_deleted", std::move(detail));
  return true;
}

}  // namespace spm::sandbox
