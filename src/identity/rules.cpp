#include "identity/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "access/roles.hpp"

namespace spm::identity {
namespace {

using access::Permission;

constexpr std::size_t kLongestUsername = 128;
constexpr int kDoublings = 20;  // far beyond every longest_wait, and no overflow

bool is_username(const std::string& name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongestUsername && is_plain(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_plain(c) || std::string_view("._@+-").find(c) != std::string_view::npos;
  });
}

std::string words(const std::set<Permission>& permissions) {
  std::string all;
  for (const auto permission : permissions) all += fmt::format("{}{}", all.empty() ? "" : ", ", access::to_string(permission));
  return all;
}

}  // namespace

std::optional<std::chrono::seconds> wait_of(const Attempts& attempts, Time now) {
  if (!attempts.locked_until || *attempts.locked_until <= now) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(*attempts.locked_until - now);
}

Attempts after_failure(const Attempts& attempts, const Patience& patience, Time now) {
  const bool is_old = now - attempts.last_at > kAttemptsKept;
  Attempts after{(is_old ? 0 : attempts.failures) + 1, now, std::nullopt};
  const int beyond = after.failures - patience.free_tries;
  if (beyond < 0) return after;
  const auto wait = patience.first_wait * (1LL << std::min(beyond, kDoublings));
  after.locked_until = now + std::min<std::chrono::seconds>(wait, patience.longest_wait);
  return after;
}

bool is_session_alive(Time seen_at, Time expires_at, std::chrono::minutes idle, Time now) {
  return now < expires_at && now - seen_at < idle;
}

std::string normal_username(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

Problems problems_with_user(const std::string& username, const std::vector<std::string>& roles, const access::Scope& scope) {
  Problems problems;
  if (!is_username(username)) problems["username"] = "must be letters a-z, digits and . _ @ + -, and start with a letter or digit";
  if (roles.empty()) problems["roles"] = "must name at least one role";
  for (const auto& role : roles) {
    if (!access::parse_role(role)) problems["roles"] = fmt::format("{} is no role", role);
  }
  const bool is_admin = std::find(roles.begin(), roles.end(), access::to_string(access::Role::Admin)) != roles.end();
  if (is_admin && !scope.is_everything())
    problems["scope"] = "cannot be set for an admin, who manages everybody's access; take another role or no scope";
  return problems;
}

std::set<Permission> permissions_of(const std::vector<std::string>& roles, const std::vector<std::string>& permissions) {
  auto all = access::permissions_of(roles);
  for (const auto& word : permissions) {
    if (const auto permission = access::parse_permission(word)) all.insert(*permission);
  }
  all.erase(Permission::Open);
  all.insert(Permission::Self);
  return all;
}

Problems problems_with_key(const KeyOrder& order, const access::Principal& creator, Time now) {
  Problems problems;
  const auto wanted = permissions_of(order.roles, order.permissions);
  std::set<Permission> beyond;
  std::set_difference(wanted.begin(), wanted.end(), creator.permissions.begin(), creator.permissions.end(),
                      std::inserter(beyond, beyond.end()));
  const bool manages_users = creator.permissions.contains(Permission::ManageUsers);
  if (wanted.size() == 1) problems["roles"] = "roles or permissions must say what the key may do";
  if (!beyond.empty()) problems["permissions"] = fmt::format("would be more than {} may: {}", creator.actor, words(beyond));
  const bool decides = wanted.contains(Permission::Decide) || wanted.contains(Permission::BreakGlass);
  if (decides && !manages_users && beyond.empty()) {
    problems["permissions"] = "a key that decides would be a second person of its owner; only who manages users may make one";
  }
  if (!access::is_within(order.scope, creator.scope)) problems["scope"] = fmt::format("must be within the scope of {}", creator.actor);
  if (wanted.contains(Permission::ManageUsers) && !order.scope.is_everything())
    problems["scope"] = "cannot be set for a key that manages users";
  if (order.may_act_for_others && !manages_users) problems["may_act_for_others"] = "can only be given by who manages users";
  if (order.expires_at && *order.expires_at <= now) problems["expires_at"] = "must be in the future";
  if (order.maker_expires_at && order.expires_at > order.maker_expires_at)
    problems["expires_at"] = fmt::format("must not be later than {}, when {} expires", format_time(*order.maker_expires_at), creator.actor);
  return problems;
}

}  // namespace spm::identity
