// systemgroup.* (uyuni-xmlrpc 3).
#include <algorithm>

#include "sandbox/uyuni/fault.hpp"
#include "sandbox/uyuni/structs.hpp"

namespace spm::sandbox::uyuni {
namespace {

constexpr const char* kNoGroup = "Unable to locate or access server group: ";

Answer list_all_groups(Call& call, const Array&) {
  Array groups;
  for (const auto& name : call.world().group_names()) groups.push_back(server_group(call, name));
  return Value(groups);
}

Answer details_by_name(Call& call, const Array& params) {
  if (call.world().group_id(text_at(params, 0)) == 0) return fault(2201, kNoGroup + text_at(params, 0));
  return Value(server_group(call, text_at(params, 0)));
}

Answer details_by_id(Call& call, const Array& params) {
  for (const auto& name : call.world().group_names()) {
    if (call.world().group_id(name) == int_at(params, 0)) return Value(server_group(call, name));
  }
  return fault(2201, kNoGroup + std::to_string(int_at(params, 0)));
}

Answer list_members(Call& call, const Array& params, Struct (*describe)(const Call&, const Host&)) {
  const auto& name = text_at(params, 0);
  if (call.world().group_id(name) == 0) return unhandled(kNoGroup + name);
  Array systems;
  for (const auto* host : sorted_hosts(call)) {
    const auto& groups = host->spec.groups;
    if (std::find(groups.begin(), groups.end(), name) != groups.end()) systems.push_back(describe(call, *host));
  }
  return Value(systems);
}

Answer list_systems(Call& call, const Array& params) { return list_members(call, params, system_details); }
Answer list_systems_minimal(Call& call, const Array& params) { return list_members(call, params, system_overview); }

constexpr Method kMethods[] = {
    {"systemgroup.listAllGroups", "", list_all_groups},
    {"systemgroup.getDetails", "s", details_by_name},
    {"systemgroup.getDetails", "i", details_by_id},
    {"systemgroup.listSystems", "s", list_systems},
    {"systemgroup.listSystemsMinimal", "s", list_systems_minimal},
};

}  // namespace

std::span<const Method> system_group_methods() { return kMethods; }

}  // namespace spm::sandbox::uyuni
