#pragma once
// Which role a group of the identity provider brings: "spm-admins=admin, spm-ops=operator". Pure, safe from any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/roles.hpp"

namespace spm::access {

struct GroupRole {
  std::string group;  // as the provider writes it: a name, a path, the id of an object
  Role role{};
};

// Separated by commas; the role stands behind the last '=' of each. nullopt when one has no group or no role. A group may stand twice.
[[nodiscard]] std::optional<std::vector<GroupRole>> parse_group_roles(std::string_view text);

// The roles that these groups bring, each once, in the order of the roles. Groups are compared letter by letter.
[[nodiscard]] std::vector<std::string> roles_of_groups(const std::vector<GroupRole>& table, const std::vector<std::string>& groups);

}  // namespace spm::access
