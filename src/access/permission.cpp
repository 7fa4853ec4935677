#include "access/permission.hpp"

namespace spm::access {

std::string_view to_string(Permission permission) {
  switch (permission) {
    case Permission::Open: return "open";
    case Permission::ReadState: return "read_state";
    case Permission::ManageQueue: return "manage_queue";
    case Permission::RunTests: return "run_tests";
    case Permission::ManageChecks: return "manage_checks";
    case Permission::Decide: return "decide";
    case Permission::TriggerSync: return "trigger_sync";
    case Permission::ReadMetrics: return "read_metrics";
  }
  return "unknown";
}

const std::set<Permission>& all_permissions() {
  static const std::set<Permission> kAll{Permission::Open,         Permission::ReadState, Permission::ManageQueue, Permission::RunTests,
                                         Permission::ManageChecks, Permission::Decide,    Permission::TriggerSync, Permission::ReadMetrics};
  return kAll;
}

bool may(const Principal& principal, Permission permission) {
  return permission == Permission::Open || principal.permissions.contains(permission);
}

}  // namespace spm::access
