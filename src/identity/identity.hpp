#pragma once
// Who comes in: users with a password here or with an identity provider elsewhere, their sessions, API keys. Tables users, sessions,
// login_attempts, oidc_logins, api_keys. Given to the dispatcher as
// authenticate, to the router as endpoints, and used by the command line for the first admin.
//
// Safe from any thread; blocks on the database; password functions take tens of milliseconds. Everything that changes something writes
// its audit row in the same transaction. Throws only what the database throws.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/group_roles.hpp"
#include "access/permission.hpp"
#include "auth/api_key.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "ports/identity_provider.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::identity {

struct Settings {
  std::chrono::minutes session_idle{30};
  std::chrono::hours session_longest{12};
  bool secure_cookies = true;  // false only when the service speaks plain HTTP on loopback
};

// Logins by OpenID Connect. Whoever uses it twice gives the same values on every orchestrator of the database.
struct SingleSignOn {
  ports::IdentityProvider* provider = nullptr;  // null: there is none
  std::string label;                            // on the button of the login page
  std::vector<access::GroupRole> group_roles;   // what the groups of the provider bring
  std::string secret_key;                       // seals what must be read again
};

class Authenticator {
 public:
  // `configured` is the key of the configuration, which may do everything. The others must outlive this object.
  Authenticator(db::Pool& pool, const Clock& clock, Settings settings, auth::ApiKeyAuthenticator configured)
      : pool_(pool), clock_(clock), settings_(settings), configured_(std::move(configured)) {}

  // By API key when the request carries one, else by session cookie. unauthorized when that is not valid; forbidden when a request of a
  // session that changes something lacks the session's X-CSRF-Token.
  [[nodiscard]] Result<access::Principal> authenticate(const http::Request& request) const;

 private:
  [[nodiscard]] Result<access::Principal> by_key(const http::Request& request, const std::vector<std::string>& keys) const;
  [[nodiscard]] std::optional<access::Principal> by_stored_key(const std::string& key) const;
  [[nodiscard]] Result<access::Principal> by_session(const http::Request& request, const std::string& token) const;

  db::Pool& pool_;
  const Clock& clock_;
  Settings settings_;
  auth::ApiKeyAuthenticator configured_;
};

// `single_sign_on.provider` must outlive them; it is asked by the endpoints of such a login, within its own deadline.
[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Settings& settings,
                                                    const SingleSignOn& single_sign_on = {});
// Forgets sessions, unfinished logins and attempts that are long over.
[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock);

// ---------------------------------------------------------------- users

struct Acting {
  std::string actor;         // as it stands in audit rows
  std::string from_address;  // empty: from the console of the host
  Time now;
};

struct NewUser {
  std::string username;  // in any case of letters
  std::string display_name = {};
  std::vector<std::string> roles;
  access::Scope scope = {};
  std::optional<std::string> password = {};  // not given: one is made
  bool must_change_password = true;          // at the first login, because somebody else knows it
};
struct AddedUser {
  std::int64_t id = 0;
  std::string username;
  std::optional<std::string> initial_password;  // the one that was made; shown once, stored nowhere
};
// validation_error by field; conflict when somebody has or had the name.
[[nodiscard]] Result<AddedUser> add_user(db::Pool& pool, const NewUser& user, const Acting& acting);

struct UserLine {
  std::int64_t id = 0;
  std::string username;
  std::vector<std::string> roles;
  bool is_disabled = false;
  std::optional<Time> last_login_at;
};
// Every user but the deleted ones, in the order in which they were made.
[[nodiscard]] std::vector<UserLine> all_users(db::Pool& pool);
// not_found when nobody has the name.
[[nodiscard]] Result<std::int64_t> id_of_user(db::Pool& pool, const std::string& username);

// The new password when none was given. It must be changed at the next login. Ends all sessions and forgets failed attempts.
[[nodiscard]] Result<std::optional<std::string>> reset_password(db::Pool& pool, std::int64_t user,
                                                                const std::optional<std::string>& password, const Acting& acting);
// Ends all sessions. conflict for the last admin.
[[nodiscard]] Result<void> disable_user(db::Pool& pool, std::int64_t user, const Acting& acting);

// The person who answers for what an actor of audit rows does: "user:ada" for an API key that is hers ("api-key:7/ci"), else the actor.
[[nodiscard]] std::string person_behind(db::Tx& tx, const std::string& actor);

// For tests: a session of this user without a login; the token for the cookie spm_session.
[[nodiscard]] std::string open_session(db::Pool& pool, std::int64_t user, const Settings& settings, Time now);

}  // namespace spm::identity
