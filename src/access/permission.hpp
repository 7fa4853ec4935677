#pragma once
// What a caller may do. Every endpoint names the one permission that it needs; a principal carries those that it has.
// Pure values, safe from any thread.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace spm::access {

enum class Permission {
  Open,                 // anybody, without authentication
  Self,                 // whoever is authenticated: the own profile, password and sessions
  ReadState,            // look at anything but secrets, audit and configuration
  ManageQueue,          // add, change and remove queue items; re-score
  RunTests,             // start and abort tests
  ManageChecks,         // add, change and remove custom checks, whose commands run as root on test systems
  ForceEnd,             // end a test that cannot end by itself
  Decide,               // approve, reject, snooze
  BreakGlass,           // approve alone what policy wants two people for
  TriggerSync,          // start a synchronisation
  ManageSystems,        // a system's role and risk context; end a quarantine
  ReadAudit,            // the record of changes, its proof and its export
  ReadConfiguration,    // the runtime configuration and its versions
  ManageConfiguration,  // change it
  ManageUsers,          // users, their roles, API keys and sessions of others
  ReadMetrics,          // the orchestrator's own metrics and the list of scrape targets
};

[[nodiscard]] std::string_view to_string(Permission permission);
[[nodiscard]] const std::set<Permission>& all_permissions();

// The part of the estate that a caller sees and acts on. Empty sets: all of it. With both, a system must be in one of either kind.
struct Scope {
  std::set<std::int64_t> organisations;  // UYUNI's organisation ids
  std::set<std::string> groups;          // names of UYUNI system groups

  [[nodiscard]] bool is_everything() const { return organisations.empty() && groups.empty(); }
};

// An authenticated caller.
struct Principal {
  std::string actor;  // as it stands in audit rows: "user:ada", "api-key:3f9a01bc"
  std::set<Permission> permissions;
  Scope scope = {};
  std::optional<std::int64_t> user_id = {};     // of a person who logged in
  std::optional<std::int64_t> session_id = {};  // of the session that the request came with
  bool may_act_for_others = false;              // an API key whose `approved_by` is believed
};

[[nodiscard]] bool may(const Principal& principal, Permission permission);

}  // namespace spm::access
