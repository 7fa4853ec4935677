#include "access/roles.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace spm::access {

const std::set<Permission>& permissions_of(Role role) {
  using enum Permission;
  static const std::map<Role, std::set<Permission>> kTable{
      {Role::Viewer, {Self, ReadState}},
      {Role::Operator, {Self, ReadState, ReadConfiguration, ManageQueue, RunTests, ForceEnd, TriggerSync, ManageSystems}},
      {Role::Approver, {Self, ReadState, ReadConfiguration, Decide}},
      {Role::Deployer, {Self, ReadState, ReadConfiguration}},
      {Role::Admin, all_permissions()},
      {Role::Auditor, {Self, ReadState, ReadConfiguration, ReadAudit}},
  };
  return kTable.at(role);
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Viewer: return "viewer";
    case Role::Operator: return "operator";
    case Role::Approver: return "approver";
    case Role::Deployer: return "deployer";
    case Role::Admin: return "admin";
    case Role::Auditor: return "auditor";
  }
  return "unknown";
}

const std::vector<Role>& all_roles() {
  static const std::vector<Role> kAll{Role::Viewer, Role::Operator, Role::Approver, Role::Deployer, Role::Admin, Role::Auditor};
  return kAll;
}

std::optional<Role> parse_role(std::string_view word) {
  const auto found = std::find_if(all_roles().begin(), all_roles().end(), [&](Role role) { return to_string(role) == word; });
  return found == all_roles().end() ? std::nullopt : std::optional(*found);
}

std::set<Permission> permissions_of(const std::vector<std::string>& roles) {
  std::set<Permission> all;
  for (const auto& word : roles) {
    const auto role = parse_role(word);
    if (role) all.insert(permissions_of(*role).begin(), permissions_of(*role).end());
  }
  return all;
}

std::optional<Permission> parse_permission(std::string_view word) {
  const auto& all = all_permissions();
  const auto found = std::find_if(all.begin(), all.end(), [&](Permission permission) { return to_string(permission) == word; });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

}  // namespace spm::access
