#pragma once
// THE table of roles: which of them may do what. Users and API keys have roles; docs/security.md shows the table against every endpoint,
// and a test compares the two. Pure, safe from any thread.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/permission.hpp"

namespace spm::access {

enum class Role {
  Viewer,    // looks
  Operator,  // runs the queue, the tests, the systems
  Approver,  // decides on tested items
  Deployer,  // brings approved errata to production
  Admin,     // everything: users, keys, configuration, and the work of the others; two-person rules apply all the same
  Auditor,   // reads everything that is on record, changes nothing
};

[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view word);
[[nodiscard]] const std::vector<Role>& all_roles();

[[nodiscard]] const std::set<Permission>& permissions_of(Role role);
// The union. Words that are no role count for nothing.
[[nodiscard]] std::set<Permission> permissions_of(const std::vector<std::string>& roles);

[[nodiscard]] std::optional<Permission> parse_permission(std::string_view word);

}  // namespace spm::access
