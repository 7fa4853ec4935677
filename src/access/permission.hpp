#pragma once
// What a caller may do. Every endpoint names the one permission that it needs; a principal carries those that it has.
// Pure values, safe from any thread.

#include <set>
#include <string>
#include <string_view>

namespace spm::access {

enum class Permission {
  Open,          // anybody, without authentication
  ReadState,     // look at anything but secrets
  ManageQueue,   // add, change and remove queue items; re-score
  RunTests,      // start and abort tests
  ManageChecks,  // add, change and remove custom checks, whose commands run as root on test systems
  Decide,        // approve, reject, snooze
  TriggerSync,   // start a synchronisation
  ReadMetrics,   // the orchestrator's own metrics
};

[[nodiscard]] std::string_view to_string(Permission permission);
[[nodiscard]] const std::set<Permission>& all_permissions();

// An authenticated caller.
struct Principal {
  std::string actor;  // as it stands in audit rows: "api-key:3f9a01bc"
  std::set<Permission> permissions;
};

[[nodiscard]] bool may(const Principal& principal, Permission permission);

}  // namespace spm::access
