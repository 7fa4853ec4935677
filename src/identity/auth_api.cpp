// The endpoints of /api/v1/auth: coming in, going out, one's own profile, password and sessions.

#include <fmt/format.h>

#include "auth/token.hpp"
#include "base/json_write.hpp"
#include "identity/api_support.hpp"
#include "identity/identity_sql.hpp"
#include "identity/login.hpp"
#include "identity/sessions.hpp"

namespace spm::identity {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

tl::unexpected<Error> not_a_person(const Request& request) {
  return fail(ErrorCode::Forbidden,
              fmt::format("{} is no session of a person; log in with a user name and a password", request.principal.actor));
}

// Everything about the caller; what only people and sessions have is null for others.
json::object profile_json(db::Tx& tx, const access::Principal& principal, const std::string& token) {
  const auto user = principal.session_id ? find_user(tx, *principal.user_id) : std::nullopt;
  json::array permissions;
  for (const auto permission : principal.permissions) {
    if (permission != Permission::Open) permissions.emplace_back(access::to_string(permission));
  }
  json::object profile{{"actor", principal.actor},
                       {"user_id", nullptr},
                       {"username", nullptr},
                       {"display_name", nullptr},
                       {"roles", json::array()},
                       {"permissions", std::move(permissions)},
                       {"scope", scope_json(principal.scope)},
                       {"must_change_password", false},
                       {"has_password", false},
                       {"session_id", or_null(principal.session_id)},
                       {"csrf_token", nullptr},
                       {"session_expires_at", nullptr}};
  if (!user) return profile;
  profile["user_id"] = user->id;
  profile["username"] = user->username;
  profile["display_name"] = user->display_name;
  profile["roles"] = words(user->roles);
  profile["must_change_password"] = user->must_change_password;
  profile["has_password"] = user->password_hash.has_value();
  profile["csrf_token"] = auth::csrf_token_of(token);
  const auto session = tx.execute(sql::session_of_user, {*principal.session_id, user->id});
  if (!session.empty()) profile["session_expires_at"] = format_time(session[0].time("expires_at"));
  return profile;
}

access::Principal principal_of(const User& user, std::int64_t session) {
  access::Principal principal;
  principal.actor = user.actor();
  principal.permissions = user.must_change_password ? std::set{Permission::Self} : permissions_of(user.roles, {});
  principal.scope = user.scope;
  principal.user_id = user.id;
  principal.session_id = session;
  return principal;
}

// Opens a session in the caller's transaction; the answer carries its cookie.
Response logged_in(db::Tx& tx, const Wiring& wiring, const Request& request, const User& user) {
  const auto opened = open_session(tx, user.id, from_of(request), wiring.settings, wiring.clock.now());
  auto response = http::json_response(200, profile_json(tx, principal_of(user, opened.id), opened.token));
  response.headers.emplace("Set-Cookie", session_cookie(opened.token, wiring.settings));
  return response;
}

// POST /auth/login
Result<Response> login(const Wiring& wiring, const Request& request) {
  const auto& body = request.json_body.as_object();
  const Credentials credentials{normal_username(*field<std::string>(body, "username")), *field<std::string>(body, "password"),
                                request.remote_address};
  const auto user = verified(wiring.pool, credentials, wiring.clock.now());
  if (!user) return tl::unexpected(user.error());
  db::Tx tx(wiring.pool);
  auto response = logged_in(tx, wiring, request, *user);
  record(tx, {user->actor(), request.remote_address, wiring.clock.now()}, "auth.login", "user", user->username, nullptr, nullptr);
  tx.commit();
  return response;
}

// GET /auth/methods
Result<Response> methods(const Wiring& wiring, const Request&) {
  const auto& outside = wiring.single_sign_on;
  return http::json_response(
      200, json::object{{"password", true},
                        {"oidc", outside.provider == nullptr ? json::value(nullptr) : json::object{{"label", outside.label}}}});
}

// Where the provider's own session ends; what was sealed under another SECRET_KEY cannot be read and is left out.
std::optional<std::string> end_session_url(db::Tx& tx, const Wiring& wiring, const access::Principal& principal) {
  const auto rows = tx.execute(sql::session_of_user, {*principal.session_id, *principal.user_id});
  if (rows.empty() || rows[0].is_null("end_session_url")) return std::nullopt;
  return wiring.seal.open(rows[0].text("end_session_url"), kEndSessionUrl);
}

// POST /auth/logout
Result<Response> logout(const Wiring& wiring, const Request& request) {
  if (!request.principal.session_id) return not_a_person(request);
  db::Tx tx(wiring.pool);
  const auto user = find_user(tx, *request.principal.user_id);
  if (!user) return not_a_person(request);
  const auto elsewhere = end_session_url(tx, wiring, request.principal);
  if (const auto ended = end_session(tx, *user, *request.principal.session_id, acting_of(wiring, request)); !ended)
    return tl::unexpected(ended.error());
  tx.commit();
  auto response = http::json_response(200, json::object{{"logged_out", true}, {"end_session_url", or_null(elsewhere)}});
  response.headers.emplace("Set-Cookie", no_session_cookie(wiring.settings));
  return response;
}

// GET /auth/me
Result<Response> me(const Wiring& wiring, const Request& request) {
  db::Tx tx(wiring.pool);
  return http::json_response(200, profile_json(tx, request.principal, cookie_of(request, kSessionCookie).value_or("")));
}

// The right old password, though whoever has the session may not know it.
Result<User> with_password(const Wiring& wiring, const Request& request, const std::string& password) {
  const auto known = [&] {
    db::Tx tx(wiring.pool);
    return find_user(tx, *request.principal.user_id);
  }();
  if (!known) return not_a_person(request);
  if (known->is_outside) return has_no_password(*known);
  auto user = verified(wiring.pool, {known->username, password, request.remote_address}, wiring.clock.now());
  if (!user && user.error().code == ErrorCode::Unauthorized) return as_error({{"current_password", "is wrong"}});
  return user;
}

// POST /auth/password: every session ends, the caller gets a new one.
Result<Response> change_password(const Wiring& wiring, const Request& request) {
  if (!request.principal.session_id) return not_a_person(request);
  const auto& body = request.json_body.as_object();
  const auto old_password = *field<std::string>(body, "current_password");
  const auto new_password = *field<std::string>(body, "new_password");
  auto user = with_password(wiring, request, old_password);
  if (!user) return tl::unexpected(user.error());
  if (new_password == old_password) return as_error({{"new_password", "must be another one than the current"}});
  const auto hash = accepted_password(new_password, {user->username, user->display_name}, "new_password");
  if (!hash) return tl::unexpected(hash.error());
  const auto acting = acting_of(wiring, request);
  db::Tx tx(wiring.pool);
  (void)tx.execute(sql::set_password, {user->id, *hash, false, acting.actor, acting.now});
  (void)tx.execute(sql::end_sessions, {user->id, std::nullopt, acting.now});
  record(tx, acting, "user.change_password", "user", user->username, nullptr, nullptr);
  user->must_change_password = false;
  auto response = logged_in(tx, wiring, request, *user);
  tx.commit();
  return response;
}

// GET /auth/sessions
Result<Response> list_sessions(const Wiring& wiring, const Request& request) {
  if (!request.principal.session_id) return not_a_person(request);
  db::Tx tx(wiring.pool);
  const auto page =
      sessions_json(tx, *request.principal.user_id, request.principal.session_id, wiring.settings, request, wiring.clock.now());
  if (!page) return tl::unexpected(page.error());
  return http::json_response(200, *page);
}

// DELETE /auth/sessions/{id}
Result<Response> end_own_session(const Wiring& wiring, const Request& request) {
  if (!request.principal.session_id) return not_a_person(request);
  db::Tx tx(wiring.pool);
  const auto user = find_user(tx, *request.principal.user_id);
  if (!user) return not_a_person(request);
  if (const auto ended = end_session(tx, *user, request.path_id(), acting_of(wiring, request)); !ended)
    return tl::unexpected(ended.error());
  tx.commit();
  return http::json_response(200, json::object{{"deleted", true}, {"id", request.path_id()}});
}

}  // namespace

std::vector<http::Endpoint> auth_endpoints(const Wiring& wiring) {
  const auto with = wired(wiring);
  return {
      {Method::Get, "/api/v1/auth/methods", Permission::Open, with(methods)},
      {Method::Post, "/api/v1/auth/login", Permission::Open, with(login)},
      {Method::Post, "/api/v1/auth/logout", Permission::Self, with(logout)},
      {Method::Get, "/api/v1/auth/me", Permission::Self, with(me)},
      {Method::Post, "/api/v1/auth/password", Permission::Self, with(change_password)},
      {Method::Get, "/api/v1/auth/sessions", Permission::Self, with(list_sessions)},
      {Method::Delete, "/api/v1/auth/sessions/{id}", Permission::Self, with(end_own_session)},
  };
}

}  // namespace spm::identity
