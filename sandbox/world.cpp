#include "sandbox/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spm::sandbox {
namespace {

constexpr std::int64_t kFirstSystemId = 1'000'010'000;

void add_unit(Host& host, const BaseUnit& unit) {
  Unit state{unit.description, unit.package, unit.start, UnitState::Active, 0};
  if (unit.start == UnitStart::Inactive) state.state = UnitState::Inactive;
  if (unit.start == UnitStart::Running) state.pid = host.next_pid += 7;
  host.units.emplace(unit.name, std::move(state));
}

// What a system of this OS has before the first erratum: the lowest "from" of all errata that name the package.
std::map<std::string, std::string> starting_versions(const Scenario& scenario, const OsProfile& os) {
  std::map<std::string, std::string> versions;
  for (const auto& erratum : scenario.errata) {
    if (erratum.os != os.id || erratum.catalogue_only) continue;
    for (const auto& package : erratum.packages) {
      if (!package.from) continue;
      const auto [known, fresh] = versions.emplace(package.name, *package.from);
      if (!fresh && compare_evr(os.grammar(), *package.from, known->second) < 0) known->second = *package.from;
    }
  }
  return versions;
}

}  // namespace

World::World(Scenario scenario, double speed, Time start)
    : scenario_(std::move(scenario)), errata_(scenario_.errata), speed_(speed), now_(start), random_(scenario_.seed) {
  for (const auto& spec : scenario_.systems) add_host(spec);
}

void World::install_base(Host& host) {
  const Time installed = host.registered - std::chrono::hours(1);
  const auto put = [&](const std::string& name, const std::string& evr, const std::string& arch) {
    host.packages[name] = {InstalledPackage{evr, arch, installed}};
  };
  for (const auto& package : host.os->packages) {
    if (package.name == "snapper" && !host.spec.snapper) continue;
    put(package.name, package.evr, package.arch);
  }
  for (const auto& unit : host.os->units) add_unit(host, unit);
  for (const auto& role : host.spec.roles) {
    const auto* profile = find_role(*host.os, role);
    for (const auto& package : profile->packages) put(package.name, package.evr, package.arch);
    for (const auto& unit : profile->units) add_unit(host, unit);
  }
  const auto arch_of = [&](const std::string& name) {
    const auto known = host.packages.find(name);
    return known == host.packages.end() ? host.os->native_arch() : known->second.front().arch;
  };
  for (const auto& [name, evr] : starting_versions(scenario_, *host.os)) put(name, evr, arch_of(name));
  for (const auto& [name, evr] : host.spec.packages) put(name, evr, arch_of(name));
}

void World::add_host(const SystemSpec& spec) {
  auto host = std::make_unique<Host>();
  const auto index = static_cast<std::int64_t>(hosts_.size());
  host->sid = kFirstSystemId + index;
  host->spec = spec;
  host->os = find_profile(spec.os);
  host->minion_id = spec.name;
  host->ip = fmt::format("127.1.{}.{}", 1 + index / 250, 1 + index % 250);
  host->machine_id = random_hex(32);
  host->online = spec.online;
  host->registered = now_ - std::chrono::days(90);
  host->boot_id = random_uuid();
  host->boot_time =
      std::chrono::floor<std::chrono::seconds>(now_) - std::chrono::hours(72 + 11 * (index % 17)) - std::chrono::minutes(7 * (index % 31));
  host->running_kernel = host->os->kernel;
  host->free_mb = spec.free_mb;
  install_base(*host);
  if (spec.snapper)
    host->snapshots.push_back({.number = 1, .date = host->registered, .description = "first root filesystem", .packages = host->packages});
  host->cpu.reset(host->boot_time, now_, host->cpu_level());
  host->initial_packages = host->packages;
  host->profile = host->packages;
  host->needed = errata_.needed(*host->os, host->profile);
  host->last_checkin = now_ - std::chrono::minutes(3 + index % 20);
  host->reported_boot = host->boot_time;
  host->reported_kernel = host->running_kernel;
  host->custom_values = spec.custom_values;
  for (const auto& group : spec.groups) group_ids_.emplace(group, 0);
  int id = 1;
  for (auto& [name, group] : group_ids_) group = id++;
  hosts_.push_back(std::move(host));
}

void World::advance(Time now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    auto next = due_.extract(due_.begin());
    now_ = std::max(now_, next.key());
    next.mapped()();
  }
  now_ = std::max(now_, now);
}

std::chrono::microseconds World::scaled(Seconds simulated) const {
  return std::chrono::duration_cast<std::chrono::microseconds>(simulated / speed_);
}

void World::at(Time due, std::function<void()> what) { due_.emplace(std::max(due, now_), std::move(what)); }

Host* World::host(std::int64_t sid) const {
  const auto index = sid - kFirstSystemId;
  return index < 0 || index >= static_cast<std::int64_t>(hosts_.size()) ? nullptr : hosts_[static_cast<std::size_t>(index)].get();
}

Host* World::host_by_name(const std::string& name) const {
  const auto found = std::find_if(hosts_.begin(), hosts_.end(), [&](const auto& host) { return host->spec.name == name; });
  return found == hosts_.end() ? nullptr : found->get();
}

Host* World::host_by_minion(const std::string& minion_id) const {
  const auto found = std::find_if(hosts_.begin(), hosts_.end(), [&](const auto& host) { return host->minion_id == minion_id; });
  return found == hosts_.end() ? nullptr : found->get();
}

Host* World::host_by_ip(const std::string& ip) const {
  const auto found = std::find_if(hosts_.begin(), hosts_.end(), [&](const auto& host) { return host->ip == ip; });
  return found == hosts_.end() ? nullptr : found->get();
}

std::vector<std::string> World::group_names() const {
  std::vector<std::string> names;
  for (const auto& [name, id] : group_ids_) names.push_back(name);
  return names;
}

int World::group_id(const std::string& name) const {
  const auto found = group_ids_.find(name);
  return found == group_ids_.end() ? 0 : found->second;
}

std::vector<Host*> World::group_members(const std::string& name) const {
  std::vector<Host*> members;
  for (const auto& host : hosts_) {
    const auto& groups = host->spec.groups;
    if (std::find(groups.begin(), groups.end(), name) != groups.end()) members.push_back(host.get());
  }
  return members;
}

void World::record(const Host& host, std::string event, json::object detail) {
  json::object entry{{"at", format_time(now_)}, {"system", host.spec.name}, {"event", std::move(event)}};
  for (auto& [key, value] : detail) entry[key] = std::move(value);
  events_.push_back(std::move(entry));
}

std::string World::random_hex(std::size_t digits) {
  std::string text;
  while (text.size() < digits) text += fmt::format("{:016x}", random_());
  text.resize(digits);
  return text;
}

std::string World::random_uuid() {
  const auto hex = random_hex(32);
  return fmt::format("{}-{}-4{}-a{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), hex.substr(17, 3), hex.substr(20, 12));
}

}  // namespace spm::sandbox
