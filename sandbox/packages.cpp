#include "sandbox/packages.hpp"

#include <algorithm>

namespace spm::sandbox {
namespace {

// Packages after whose change the distribution asks for a reboot by itself (Debian family: their own hooks; rpm: needs-restarting's list).
bool asks_for_reboot(const Host& host, const std::string& name) {
  static const std::vector<std::string> debian{"linux-image-", "dbus", "libc6"};
  static const std::vector<std::string> redhat{"kernel",  "kernel-core", "glibc",       "linux-firmware",
                                               "systemd", "dbus",        "dbus-broker", "microcode_ctl"};
  if (host.os->family == Family::RedHat) return std::find(redhat.begin(), redhat.end(), name) != redhat.end();
  return std::any_of(debian.begin(), debian.end(), [&](const auto& prefix) { return name.starts_with(prefix); });
}

void restart_services_of(Host& host, const std::vector<PackageChange>& changes) {
  for (auto& [name, unit] : host.units) {
    const bool touched = std::any_of(changes.begin(), changes.end(), [&](const auto& change) { return change.name == unit.package; });
    if (touched && unit.state == UnitState::Active) restart_unit(host, name);
  }
}

// The erratum whose very version arrived brings its effects; a newer version of the package that fixes the trouble does not.
void begin_effects(World& world, Host& host, const std::vector<PackageChange>& changes) {
  for (const auto& change : changes) {
    const auto* fixes = change.after.empty() ? nullptr : world.errata().fixes(host.os->id, change.name);
    if (fixes == nullptr) continue;
    for (const auto& fix : *fixes) {
      const auto& spec = world.errata().all()[fix.erratum].spec;
      if (spec.packages[fix.package].evr != change.after) continue;
      const bool active =
          std::any_of(host.effects.begin(), host.effects.end(), [&](const auto& known) { return known.advisory == spec.advisory; });
      if (active) continue;
      std::map<std::string, std::string> brought;
      for (const auto& package : spec.packages) brought.emplace(package.name, package.evr);
      for (const auto& effect : spec.effects) begin_effect(world, host, {effect, spec.advisory, brought});
    }
  }
}

void settle(World& world, Host& host, const std::vector<PackageChange>& changes, const char* event, const json::object& cause) {
  if (changes.empty()) return;
  for (const auto& change : changes) {
    if (asks_for_reboot(host, change.name) && !change.after.empty() && change.after != change.before)
      host.reboot_packages.insert(change.name);
  }
  end_effects(world, host, AfterChange::RestartServices);
  restart_services_of(host, changes);
  begin_effects(world, host, changes);
  host.cpu.set_level(world.now(), host.cpu_level());
  json::object detail = cause;
  detail["packages"] = describe(changes);
  world.record(host, event, std::move(detail));
  for (const auto& listener : world.on_packages_changed) listener(host);
}

std::string arch_for(const Host& host, const std::string& name, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  const auto installed = host.packages.find(name);
  return installed == host.packages.end() ? host.os->native_arch() : installed->second.back().arch;
}

}  // namespace

bool restart_unit(Host& host, const std::string& name) {
  auto& unit = host.units.at(name);
  if (host.is_held_down(name)) {
    unit.state = UnitState::Failed;
    unit.pid = 0;
    return false;
  }
  unit.state = UnitState::Active;
  unit.pid = unit.start == UnitStart::Listening ? 0 : (host.next_pid += 11);
  return true;
}

void begin_effect(World& world, Host& host, const ActiveEffect& active) {
  const auto& effect = active.effect;
  if (effect.kind == EffectKind::NeedsReboot) {
    for (const auto& [name, evr] : active.brought) {
      if (host.packages.contains(name)) host.reboot_packages.insert(name);
    }
    return;
  }
  host.effects.push_back(active);
  if (effect.kind == EffectKind::ServiceDown) {
    if (const auto unit = host.units.find(effect.unit); unit != host.units.end()) {
      unit->second.state = UnitState::Inactive;  // it exits by itself and cleanly: no failed unit, only a service that is gone
      unit->second.pid = 0;
    }
  }
  if (effect.kind == EffectKind::FailedUnit) {
    auto& unit = host.units[effect.unit];
    if (unit.description.empty()) unit.description = effect.unit;
    unit.state = UnitState::Failed;
    unit.pid = 0;
  }
  world.record(host, "effect_began", {{"advisory", active.advisory}});
}

void end_effects(World& world, Host& host, AfterChange after) {
  const auto is_over = [&](const ActiveEffect& active) {
    return std::none_of(active.brought.begin(), active.brought.end(), [&](const auto& brought) {
      const auto installed = host.packages.find(brought.first);
      return installed != host.packages.end() && std::any_of(installed->second.begin(), installed->second.end(),
                                                             [&](const auto& version) { return version.evr == brought.second; });
    });
  };
  const auto over = std::stable_partition(host.effects.begin(), host.effects.end(), [&](const auto& active) { return !is_over(active); });
  const std::vector<ActiveEffect> ended(over, host.effects.end());
  host.effects.erase(over, host.effects.end());
  for (const auto& active : ended) {
    world.record(host, "effect_ended", {{"advisory", active.advisory}});
    const bool known = host.units.contains(active.effect.unit);
    if (after == AfterChange::RestartServices && known) restart_unit(host, active.effect.unit);
  }
  host.cpu.set_level(world.now(), host.cpu_level());
}

std::vector<PackageChange> apply_errata(World& world, Host& host, const std::vector<int>& errata, const json::object& cause) {
  std::vector<PackageChange> changes;
  json::array names;
  for (const int id : errata) {
    const auto& spec = world.errata().find(id)->spec;
    names.emplace_back(spec.advisory);
    for (const auto& package : spec.packages) {
      const auto installed = host.packages.find(package.name);
      if (installed == host.packages.end() && !package.added) continue;
      const bool older = installed == host.packages.end() ||
                         compare_evr(host.grammar(), newest_version(host.grammar(), installed->second), package.evr) < 0;
      if (!older) continue;
      install_version(host.grammar(), host.packages, package.name, {package.evr, arch_for(host, package.name, package.arch), world.now()},
                      changes);
    }
  }
  json::object detail = cause;
  detail["errata"] = std::move(names);
  settle(world, host, changes, "errata_applied", detail);
  return changes;
}

std::vector<PackageChange> install_packages(World& world, Host& host, const std::vector<PackageVersion>& wanted,
                                            const json::object& cause) {
  std::vector<PackageChange> changes;
  for (const auto& package : wanted) {
    install_version(host.grammar(), host.packages, package.name, {package.evr, arch_for(host, package.name, package.arch), world.now()},
                    changes);
  }
  settle(world, host, changes, "packages_installed", cause);
  return changes;
}

std::vector<PackageChange> remove_packages(World& world, Host& host, const std::vector<PackageVersion>& unwanted,
                                           const json::object& cause) {
  std::vector<PackageChange> changes;
  for (const auto& package : unwanted) remove_version(host.packages, package.name, package.evr, changes);
  settle(world, host, changes, "packages_removed", cause);
  return changes;
}

std::vector<std::string> available_versions(const World& world, const Host& host, const std::string& name) {
  std::vector<std::string> versions;
  for (const auto* packages : {&host.packages, &host.profile, &host.initial_packages}) {
    const auto found = packages->find(name);
    if (found == packages->end()) continue;
    for (const auto& version : found->second) versions.push_back(version.evr);
  }
  if (const auto* fixes = world.errata().fixes(host.os->id, name)) {
    for (const auto& fix : *fixes) versions.push_back(world.errata().all()[fix.erratum].spec.packages[fix.package].evr);
  }
  std::sort(versions.begin(), versions.end(), [&](const auto& a, const auto& b) { return compare_evr(host.grammar(), a, b) < 0; });
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

InstallRefusal refusal_of(const World& world, const Host& host, const std::vector<PackageVersion>& wanted, std::string& message) {
  for (const auto& package : wanted) {
    const auto* fixes = world.errata().fixes(host.os->id, package.name);
    if (fixes == nullptr) continue;
    for (const auto& fix : *fixes) {
      const auto& spec = world.errata().all()[fix.erratum].spec;
      if (spec.packages[fix.package].evr != package.evr) continue;
      for (const auto& effect : spec.effects) {
        if (effect.kind == EffectKind::InstallsNothing) return InstallRefusal::DoesNothing;
        if (effect.kind != EffectKind::PatchFails) continue;
        message = effect.message;
        return InstallRefusal::Fails;
      }
    }
  }
  return InstallRefusal::None;
}

json::array describe(const std::vector<PackageChange>& changes) {
  json::array list;
  for (const auto& change : changes) {
    list.push_back(json::object{{"name", change.name},
                                {"old", change.before.empty() ? json::value() : json::value(change.before)},
                                {"new", change.after.empty() ? json::value() : json::value(change.after)}});
  }
  return list;
}

}  // namespace spm::sandbox
