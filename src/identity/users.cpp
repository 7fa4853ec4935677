#include "identity/users.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "access/roles.hpp"
#include "audit/audit.hpp"
#include "auth/password.hpp"
#include "auth/password_rules.hpp"
#include "auth/token.hpp"
#include "http/field_errors.hpp"
#include "identity/identity_sql.hpp"

namespace spm::identity {
namespace {

std::vector<std::string> names_of(const User& user) { return {user.username, user.display_name}; }

// Taken before any user is locked, so that two changes of admins never wait for each other.
std::vector<std::int64_t> lock_admins(db::Tx& tx) {
  std::vector<std::int64_t> admins;
  for (const auto row : tx.execute(sql::lock_admins)) admins.push_back(row.integer("id"));
  return admins;
}

std::optional<User> lock_user(db::Tx& tx, std::int64_t id) {
  const auto rows = tx.execute(sql::lock_user, {id});
  if (rows.empty()) return std::nullopt;
  return user_from(rows[0]);
}

tl::unexpected<Error> last_admin(const User& user) {
  return fail(ErrorCode::Conflict,
              fmt::format("{} is the last admin who can log in; give the role admin to somebody else first", user.username));
}

void end_sessions(db::Tx& tx, std::int64_t user, Time now) { (void)tx.execute(sql::end_sessions, {user, std::nullopt, now}); }

}  // namespace

bool User::is_active_admin() const {
  return !is_disabled && std::find(roles.begin(), roles.end(), access::to_string(access::Role::Admin)) != roles.end();
}

User user_from(const db::Row& row) {
  User user;
  user.id = row.integer("id");
  user.username = row.text("username");
  user.display_name = row.text("display_name");
  user.password_hash = row.text_or_null("password_hash");
  user.must_change_password = row.boolean("must_change_password");
  user.roles = row.texts("roles");
  user.scope = row.is_null("scope") ? access::Scope{} : access::scope_from(row.json_value("scope"));
  user.is_disabled = !row.is_null("disabled_at");
  user.is_outside = !row.is_null("issuer");
  return user;
}

std::optional<User> find_user(db::Tx& tx, std::int64_t id) {
  const auto rows = tx.execute(sql::find_user, {id});
  if (rows.empty()) return std::nullopt;
  return user_from(rows[0]);
}

std::optional<User> find_user_by_name(db::Tx& tx, const std::string& username) {
  const auto rows = tx.execute(sql::find_user_by_name, {username});
  if (rows.empty()) return std::nullopt;
  return user_from(rows[0]);
}

tl::unexpected<Error> no_such_user(std::int64_t id) { return fail(ErrorCode::NotFound, fmt::format("user {} does not exist", id)); }

tl::unexpected<Error> has_no_password(const User& user) {
  return fail(ErrorCode::Conflict,
              fmt::format("{} comes by the identity provider and has no password here; change it there", user.username));
}

json::object recorded(const User& user) {
  return {{"username", user.username},
          {"display_name", user.display_name},
          {"roles", json::array(user.roles.begin(), user.roles.end())},
          {"scope", user.scope.is_everything() ? json::value(nullptr) : json::value(access::to_json(user.scope))},
          {"disabled", user.is_disabled},
          {"must_change_password", user.must_change_password}};
}

tl::unexpected<Error> as_error(const Problems& problems) {
  http::FieldErrors errors;
  for (const auto& [field, problem] : problems) errors.add(field, problem);
  return tl::unexpected(errors.to_error());
}

void record(db::Tx& tx, const Acting& acting, std::string action, std::string subject_type, std::string subject_id, json::value before,
            json::value after) {
  audit::append(tx, {.actor = acting.actor,
                     .from_address = acting.from_address,
                     .action = std::move(action),
                     .subject_type = std::move(subject_type),
                     .subject_id = std::move(subject_id),
                     .before = std::move(before),
                     .after = std::move(after),
                     .reason = {},
                     .at = acting.now});
}

Result<std::string> accepted_password(const std::string& password, const std::vector<std::string>& names, const std::string& field) {
  if (const auto problem = auth::problem_with_password(password, names)) return as_error({{field, *problem}});
  return auth::hash_password(password);
}

Result<AddedUser> add_user(db::Pool& pool, const NewUser& wanted, const Acting& acting) {
  User user;
  user.username = normal_username(wanted.username);
  user.display_name = wanted.display_name;
  user.roles = wanted.roles;
  user.scope = wanted.scope;
  user.must_change_password = wanted.must_change_password;
  if (const auto problems = problems_with_user(user.username, user.roles, user.scope); !problems.empty()) return as_error(problems);
  AddedUser added{0, user.username, std::nullopt};
  if (!wanted.password) added.initial_password = auth::random_password();
  // Hashed before the transaction: it takes longer than all of that.
  const auto hash =
      wanted.password ? accepted_password(*wanted.password, names_of(user), "password") : auth::hash_password(*added.initial_password);
  if (!hash) return tl::unexpected(hash.error());
  db::Tx tx(pool);
  const auto rows = tx.execute(sql::insert_user, {user.username, user.display_name, *hash, user.must_change_password, user.roles,
                                                  access::filter_of(user.scope), acting.actor, acting.now});
  if (rows.empty()) {
    return fail(ErrorCode::Conflict, fmt::format("there is or was a user {}; names are never given to a second person", user.username));
  }
  added.id = rows[0].integer("id");
  record(tx, acting, "user.add", "user", user.username, nullptr, recorded(user));
  tx.commit();
  return added;
}

Result<void> change_user(db::Tx& tx, std::int64_t id, const UserChange& change, const Acting& acting) {
  const auto admins = lock_admins(tx);
  const auto before = lock_user(tx, id);
  if (!before) return no_such_user(id);
  User after = *before;
  after.display_name = change.display_name.value_or(before->display_name);
  after.roles = change.roles.value_or(before->roles);
  after.scope = change.scope.value_or(before->scope);
  after.is_disabled = change.is_disabled.value_or(before->is_disabled);
  after.must_change_password = change.must_change_password.value_or(before->must_change_password);
  if (const auto problems = problems_with_user(after.username, after.roles, after.scope); !problems.empty()) return as_error(problems);
  if (before->is_outside && after.roles != before->roles) {
    return fail(ErrorCode::Conflict, fmt::format("the roles of {} follow from the groups at the identity provider; change them there, and "
                                                 "they hold from the next login on",
                                                 before->username));
  }
  if (before->is_outside && after.must_change_password) return has_no_password(*before);
  if (before->is_active_admin() && !after.is_active_admin() && admins.size() < 2) return last_admin(*before);
  (void)tx.execute(sql::update_user, {id, after.display_name, after.roles, access::filter_of(after.scope), after.must_change_password,
                                      after.is_disabled, acting.actor, acting.now});
  if (after.is_disabled && !before->is_disabled) end_sessions(tx, id, acting.now);
  record(tx, acting, "user.change", "user", after.username, recorded(*before), recorded(after));
  return {};
}

Result<void> delete_user(db::Tx& tx, std::int64_t id, const Acting& acting) {
  const auto admins = lock_admins(tx);
  const auto user = lock_user(tx, id);
  if (!user) return no_such_user(id);
  if (user->is_active_admin() && admins.size() < 2) return last_admin(*user);
  (void)tx.execute(sql::delete_user, {id, acting.actor, acting.now});
  end_sessions(tx, id, acting.now);
  record(tx, acting, "user.delete", "user", user->username, recorded(*user), nullptr);
  return {};
}

std::vector<UserLine> all_users(db::Pool& pool) {
  db::Tx tx(pool);
  std::vector<UserLine> users;
  for (std::int64_t after = 0;;) {
    const auto rows = tx.execute(sql::page_of_users, {after, 500, 0, std::nullopt});
    for (const auto row : rows) {
      users.push_back(
          {row.integer("id"), row.text("username"), row.texts("roles"), !row.is_null("disabled_at"), row.time_or_null("last_login_at")});
    }
    if (rows.empty()) return users;
    after = users.back().id;
  }
}

Result<std::int64_t> id_of_user(db::Pool& pool, const std::string& username) {
  db::Tx tx(pool);
  const auto user = find_user_by_name(tx, normal_username(username));
  if (!user) return fail(ErrorCode::NotFound, fmt::format("there is no user {}; 'spm-orchestrator user list' shows all", username));
  return user->id;
}

Result<std::optional<std::string>> reset_password(db::Pool& pool, std::int64_t id, const std::optional<std::string>& password,
                                                  const Acting& acting) {
  const auto user = [&] {
    db::Tx tx(pool);
    return find_user(tx, id);
  }();
  if (!user) return no_such_user(id);
  if (user->is_outside) return has_no_password(*user);
  std::optional<std::string> made;
  if (!password) made = auth::random_password();
  const auto hash = password ? accepted_password(*password, names_of(*user), "password") : auth::hash_password(*made);
  if (!hash) return tl::unexpected(hash.error());
  db::Tx tx(pool);
  if (!lock_user(tx, id)) return no_such_user(id);
  // Who sets another one's password knows it: it is good for one login.
  (void)tx.execute(sql::set_password, {id, *hash, true, acting.actor, acting.now});
  (void)tx.execute(sql::forget_attempts, {fmt::format("account {}", user->username)});
  end_sessions(tx, id, acting.now);
  record(tx, acting, "user.reset_password", "user", user->username, nullptr, nullptr);
  tx.commit();
  return made;
}

Result<void> disable_user(db::Pool& pool, std::int64_t user, const Acting& acting) {
  db::Tx tx(pool);
  UserChange change;
  change.is_disabled = true;
  auto changed = change_user(tx, user, change, acting);
  if (changed) tx.commit();
  return changed;
}

}  // namespace spm::identity
