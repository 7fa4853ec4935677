// system.*: what is known of systems (uyuni-xmlrpc 4.1 to 4.6, 4.11, 4.12). Scheduling has a file of its own.
#include <algorithm>

#include "sandbox/uyuni/fault.hpp"
#include "sandbox/uyuni/structs.hpp"

namespace spm::sandbox::uyuni {
namespace {

constexpr auto kActiveFor = std::chrono::hours(24);

Answer list_systems(Call& call, const Array&) {
  Array systems;
  for (const auto* host : sorted_hosts(call)) systems.push_back(short_system(call, *host));
  return Value(systems);
}

Answer list_active_systems(Call& call, const Array&) {
  Array systems;
  for (const auto* host : sorted_hosts(call)) {
    if (host->last_checkin > call.world().now() - kActiveFor) systems.push_back(short_system(call, *host));
  }
  return Value(systems);
}

Answer get_id(Call& call, const Array& params) {
  Array systems;
  for (const auto& host : call.world().hosts()) {
    if (host->spec.name == text_at(params, 0)) systems.push_back(system_overview(call, *host));
  }
  return Value(systems);
}

Answer get_name(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  return Value(Struct{{"id", host->sid}, {"name", host->spec.name}, {"last_checkin", call.time.date(host->last_checkin)}});
}

Answer get_details(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  return Value(system_details(call, *host));
}

Answer get_minion_id_map(Call& call, const Array&) {
  Struct map;
  for (const auto& host : call.world().hosts()) map.emplace(host->minion_id, host->sid);
  return Value(map);
}

Answer list_groups_with_entitlement(Call& call, const Array& params) {
  Array systems;
  const auto& entitlement = text_at(params, 0);
  if (entitlement != "salt_entitled" && entitlement != "monitoring_entitled") return Value(systems);
  for (const auto& host : call.world().hosts()) {
    Array groups;
    for (const auto& name : host->spec.groups) groups.push_back(Struct{{"id", call.world().group_id(name)}, {"name", name}});
    systems.push_back(Struct{{"id", host->sid}, {"system_groups", groups}});
  }
  return Value(systems);
}

Answer get_network(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  return Value(Struct{{"ip", host->ip}, {"ip6", ""}, {"hostname", host->spec.name}});
}

Answer get_network_for_systems(Call& call, const Array& params) {
  Array systems;
  for (const auto sid : ints_at(params, 0)) {
    const auto* host = call.world().host(sid);
    if (host == nullptr) return no_such_system(sid);
    systems.push_back(
        Struct{{"system_id", host->sid}, {"ip", host->ip}, {"ip6", ""}, {"hostname", host->spec.name}, {"primary_fqdn", host->spec.name}});
  }
  return Value(systems);
}

Answer get_subscribed_base_channel(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  return Value(channel(call, *host->os));
}

// Debian versions are stored split at the last hyphen; one without a revision gets the release "X".
struct Split {
  std::string epoch, version, release;
};

Split split_for_uyuni(const Host& host, const std::string& evr) {
  const auto parts = split_evr(host.grammar(), evr);
  return {parts.epoch.empty() ? " " : parts.epoch, parts.version, parts.release.empty() ? "X" : parts.release};
}

Answer list_packages_of(Call& call, const Array& params, bool with_ids) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  Array packages;
  for (const auto& [name, versions] : host->profile) {
    for (const auto& installed : versions) {
      const auto parts = split_for_uyuni(*host, installed.evr);
      Struct members{{"name", name},
                     {"epoch", parts.epoch},
                     {"version", parts.version},
                     {"release", parts.release},
                     {"installtime", call.time.date(installed.installed_at)}};
      if (with_ids) {
        members.emplace("package_id", call.world().errata().package_id(host->os->id, name, installed.evr));
        members.emplace("arch", host->os->arch_label(installed.arch));
        members.emplace("retracted", false);
      } else {
        members.emplace("arch", host->os->family == Family::Debian ? "AMD64" : installed.arch);
      }
      packages.push_back(std::move(members));
    }
  }
  return Value(packages);
}

Answer list_packages(Call& call, const Array& params) { return list_packages_of(call, params, false); }
Answer list_installed_packages(Call& call, const Array& params) { return list_packages_of(call, params, true); }

Array relevant(const Call& call, const Host& host) {
  Array errata;
  for (const int id : host.needed) errata.push_back(errata_overview(call, *call.world().errata().find(id)));
  return errata;
}

Answer get_relevant_errata(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  return Value(relevant(call, *host));
}

Answer get_relevant_errata_of_systems(Call& call, const Array& params) {
  Array systems;
  for (const auto sid : ints_at(params, 0)) {
    const auto* host = call.world().host(sid);
    if (host == nullptr) return no_such_system(sid);
    systems.push_back(
        Struct{{"system_id", std::to_string(sid)}, {"errata", relevant(call, *host)}});  // a string here, unlike everywhere else
  }
  return Value(systems);
}

Answer get_unscheduled_errata(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  const auto scheduled = call.actions().scheduled_errata(host->sid);
  Array errata;
  for (const int id : host->needed) {
    if (std::find(scheduled.begin(), scheduled.end(), id) == scheduled.end())
      errata.push_back(errata_short(call, *call.world().errata().find(id)));
  }
  return Value(errata);
}

Answer list_suggested_reboot(Call& call, const Array&) {
  Array systems;
  for (const auto* host : sorted_hosts(call)) {
    if (host->reported_reboot_required) systems.push_back(Struct{{"id", host->sid}, {"name", host->spec.name}});
  }
  return Value(systems);
}

Answer get_running_kernel(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  return Value(host->reported_kernel);
}

Answer add_note(Call& call, const Array& params) {
  auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  const int id = host->notes.empty() ? 1 : host->notes.back().id + 1;
  host->notes.push_back({id, text_at(params, 1), text_at(params, 2), call.world().now()});
  call.world().record(*host, "note_added", {{"subject", text_at(params, 1)}});
  return Value(1);
}

Answer list_notes(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return lookup_failed(int_at(params, 0));
  Array notes;
  for (const auto& note : host->notes) {
    notes.push_back(Struct{{"id", note.id},
                           {"subject", note.subject},
                           {"note", note.body},
                           {"system_id", host->sid},
                           {"creator", call.login},
                           {"updated", call.time.date(note.updated)}});
  }
  return Value(notes);
}

Answer delete_note(Call& call, const Array& params) {
  auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  const auto removed = std::erase_if(host->notes, [&](const auto& note) { return note.id == int_at(params, 1); });
  if (removed == 0) return unhandled(fmt::format("Could not find note with id {}", int_at(params, 1)));
  return Value(1);
}

Answer get_custom_values(Call& call, const Array& params) {
  const auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  Struct values;
  for (const auto& [label, value] : host->custom_values) values.emplace(label, value);
  return Value(values);
}

// Keys that no system of the scenario has were never created: the whole call is refused.
Answer set_custom_values(Call& call, const Array& params) {
  auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return no_such_system(int_at(params, 0));
  std::string undefined;
  std::map<std::string, std::string> wanted;
  for (const auto& [label, value] : *params[1].structure()) {
    const bool defined = std::any_of(call.world().hosts().begin(), call.world().hosts().end(),
                                     [&](const auto& known) { return known->spec.custom_values.contains(label); });
    if (!defined) undefined += (undefined.empty() ? "" : ", ") + label;
    if (value.string() != nullptr) wanted[label] = *value.string();
  }
  if (!undefined.empty()) return fault(1000, "One or more of the following custom info fields was not defined: " + undefined);
  for (const auto& [label, value] : wanted) host->custom_values[label] = value;
  return Value(1);
}

constexpr Method kMethods[] = {
    {"system.listSystems", "", list_systems},
    {"system.listActiveSystems", "", list_active_systems},
    {"system.getId", "s", get_id},
    {"system.getName", "i", get_name},
    {"system.getDetails", "i", get_details},
    {"system.getMinionIdMap", "", get_minion_id_map},
    {"system.listSystemGroupsForSystemsWithEntitlement", "s", list_groups_with_entitlement},
    {"system.getNetwork", "i", get_network},
    {"system.getNetworkForSystems", "I", get_network_for_systems},
    {"system.getSubscribedBaseChannel", "i", get_subscribed_base_channel},
    {"system.listPackages", "i", list_packages},
    {"system.listInstalledPackages", "i", list_installed_packages},
    {"system.getRelevantErrata", "i", get_relevant_errata},
    {"system.getRelevantErrata", "I", get_relevant_errata_of_systems},
    {"system.getUnscheduledErrata", "i", get_unscheduled_errata},
    {"system.listSuggestedReboot", "", list_suggested_reboot},
    {"system.getRunningKernel", "i", get_running_kernel},
    {"system.addNote", "iss", add_note},
    {"system.listNotes", "i", list_notes},
    {"system.deleteNote", "ii", delete_note},
    {"system.getCustomValues", "i", get_custom_values},
    {"system.setCustomValues", "im", set_custom_values},
};

}  // namespace

std::span<const Method> system_methods() { return kMethods; }

}  // namespace spm::sandbox::uyuni
