#include "access/group_roles.hpp"

#include <algorithm>

namespace spm::access {
namespace {

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::optional<GroupRole> parse_entry(std::string_view entry) {
  const auto equals = entry.rfind('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto group = trimmed(entry.substr(0, equals));
  const auto role = parse_role(trimmed(entry.substr(equals + 1)));
  if (group.empty() || !role) return std::nullopt;
  return GroupRole{std::string(group), *role};
}

}  // namespace

std::optional<std::vector<GroupRole>> parse_group_roles(std::string_view text) {
  std::vector<GroupRole> table;
  while (true) {
    const auto comma = text.find(',');
    const auto entry = parse_entry(text.substr(0, comma));
    if (!entry) return std::nullopt;
    table.push_back(*entry);
    if (comma == std::string_view::npos) return table;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string> roles_of_groups(const std::vector<GroupRole>& table, const std::vector<std::string>& groups) {
  std::vector<std::string> roles;
  for (const auto role : all_roles()) {
    const bool is_brought = std::any_of(table.begin(), table.end(), [&](const GroupRole& row) {
      return row.role == role && std::find(groups.begin(), groups.end(), row.group) != groups.end();
    });
    if (is_brought) roles.emplace_back(to_string(role));
  }
  return roles;
}

}  // namespace spm::access
