#pragma once
// Users as they are stored and shown; used inside this slice only.

#include <optional>
#include <string>
#include <vector>

#include "db/db.hpp"
#include "identity/identity.hpp"
#include "identity/rules.hpp"

namespace spm::identity {

struct User {
  std::int64_t id = 0;
  std::string username;
  std::string display_name;
  std::optional<std::string> password_hash;
  bool must_change_password = false;
  std::vector<std::string> roles;
  access::Scope scope;
  bool is_disabled = false;
  bool is_outside = false;  // comes by an identity provider: no password here, and the roles follow from the groups there

  [[nodiscard]] std::string actor() const { return "user:" + username; }
  [[nodiscard]] bool is_active_admin() const;
};

[[nodiscard]] User user_from(const db::Row& row);
[[nodiscard]] std::optional<User> find_user(db::Tx& tx, std::int64_t id);
[[nodiscard]] std::optional<User> find_user_by_name(db::Tx& tx, const std::string& username);
[[nodiscard]] tl::unexpected<Error> no_such_user(std::int64_t id);
// conflict: the identity provider has the password.
[[nodiscard]] tl::unexpected<Error> has_no_password(const User& user);

// What an audit row holds of a user: never anything of the password.
[[nodiscard]] json::object recorded(const User& user);

[[nodiscard]] tl::unexpected<Error> as_error(const Problems& problems);

// Audit rows of this slice.
void record(db::Tx& tx, const Acting& acting, std::string action, std::string subject_type, std::string subject_id, json::value before,
            json::value after);

// Fields left out stay as they are.
struct UserChange {
  std::optional<std::string> display_name;
  std::optional<std::vector<std::string>> roles;
  std::optional<access::Scope> scope;
  std::optional<bool> is_disabled;
  std::optional<bool> must_change_password;
};
// conflict when nobody would be left who can manage users, and for the roles of who comes by an identity provider.
[[nodiscard]] Result<void> change_user(db::Tx& tx, std::int64_t id, const UserChange& change, const Acting& acting);
[[nodiscard]] Result<void> delete_user(db::Tx& tx, std::int64_t id, const Acting& acting);

// The hash of a password that is good enough for this account.
[[nodiscard]] Result<std::string> accepted_password(const std::string& password, const std::vector<std::string>& names,
                                                    const std::string& field);

}  // namespace spm::identity
