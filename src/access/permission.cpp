#include "access/permission.hpp"

namespace spm::access {

std::string_view to_string(Permission permission) {
  switch (permission) {
    case Permission::Open: return "open";
    case Permission::Self: return "self";
    case Permission::ReadState: return "read_state";
    case Permission::ManageQueue: return "manage_queue";
    case Permission::RunTests: return "run_tests";
    case Permission::ManageChecks: return "manage_checks";
    case Permission::ForceEnd: return "force_end";
    case Permission::Decide: return "decide";
    case Permission::BreakGlass: return "break_glass";
    case Permission::TriggerSync: return "trigger_sync";
    case Permission::ManageSystems: return "manage_systems";
    case Permission::ReadAudit: return "read_audit";
    case Permission::ReadConfiguration: return "read_configuration";
    case Permission::ManageConfiguration: return "manage_configuration";
    case Permission::ManageUsers: return "manage_users";
    case Permission::ReadMetrics: return "read_metrics";
  }
  return "unknown";
}

const std::set<Permission>& all_permissions() {
  static const std::set<Permission> kAll = [] {
    std::set<Permission> all;
    for (int i = 0; i <= static_cast<int>(Permission::ReadMetrics); ++i) all.insert(static_cast<Permission>(i));
    return all;
  }();
  return kAll;
}

bool may(const Principal& principal, Permission permission) {
  return permission == Permission::Open || principal.permissions.contains(permission);
}

}  // namespace spm::access
