// The endpoints of /api/v1/users: accounts of others, their passwords and sessions.

#include <fmt/format.h>

#include "base/json_write.hpp"
#include "identity/api_support.hpp"
#include "identity/identity_sql.hpp"
#include "identity/paging.hpp"
#include "identity/sessions.hpp"

namespace spm::identity {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

json::object shown(const db::Row& row, Time now) {
  const auto user = user_from(row);
  const auto locked_until = row.time_or_null("locked_until");
  return {{"id", user.id},
          {"username", user.username},
          {"display_name", user.display_name},
          {"method", user.is_outside ? "oidc" : "password"},
          {"roles", words(user.roles)},
          {"scope", scope_json(user.scope)},
          {"disabled", user.is_disabled},
          {"must_change_password", user.must_change_password},
          {"locked_until", or_null(locked_until && *locked_until > now ? locked_until : std::nullopt)},
          {"last_login_at", or_null(row.time_or_null("last_login_at"))},
          {"password_changed_at", or_null(row.time_or_null("password_changed_at"))},
          {"created_by", row.text("created_by")},
          {"created_at", format_time(row.time("created_at"))},
          {"updated_by", row.text("updated_by")},
          {"updated_at", format_time(row.time("updated_at"))}};
}

Result<json::object> user_json(db::Tx& tx, std::int64_t id, Time now) {
  const auto rows = tx.execute(sql::show_user, {id});
  if (rows.empty()) return no_such_user(id);
  return shown(rows[0], now);
}

// A part of a text, for ILIKE: what the caller wrote means itself.
std::optional<std::string> pattern_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  std::string pattern = "%";
  for (const char c : *text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

// GET /users
Result<Response> list(const Wiring& wiring, const Request& request) {
  const auto page = page_by_id(request);
  if (!page) return tl::unexpected(page.error());
  const auto pattern = pattern_of(request.query_param("q"));
  db::Tx tx(wiring.pool);
  const auto rows = tx.execute(sql::page_of_users, {page->after.value_or(0), page->page.limit, page->page.offset, pattern});
  const auto total = tx.execute(sql::count_users, {pattern})[0].integer("total");
  const auto now = wiring.clock.now();
  return http::json_response(200, page_json(rows, total, *page, [&](const db::Row& row) { return shown(row, now); }));
}

// POST /users
Result<Response> add(const Wiring& wiring, const Request& request) {
  const auto& body = request.json_body.as_object();
  NewUser user;
  user.username = *field<std::string>(body, "username");
  user.display_name = field<std::string>(body, "display_name").value_or("");
  user.roles = *field<std::vector<std::string>>(body, "roles");
  user.scope = scope_field(body).value_or(access::Scope{});
  user.password = field<std::string>(body, "password");
  const auto added = add_user(wiring.pool, user, acting_of(wiring, request));
  if (!added) return tl::unexpected(added.error());
  db::Tx tx(wiring.pool);
  auto answer = user_json(tx, added->id, wiring.clock.now());
  if (!answer) return tl::unexpected(answer.error());
  (*answer)["initial_password"] = or_null(added->initial_password);
  return http::json_response(201, *answer);
}

// GET /users/{id}
Result<Response> show(const Wiring& wiring, const Request& request) {
  db::Tx tx(wiring.pool);
  const auto answer = user_json(tx, request.path_id(), wiring.clock.now());
  if (!answer) return tl::unexpected(answer.error());
  return http::json_response(200, *answer);
}

// PATCH /users/{id}
Result<Response> change(const Wiring& wiring, const Request& request) {
  const auto& body = request.json_body.as_object();
  UserChange change;
  change.display_name = field<std::string>(body, "display_name");
  change.roles = field<std::vector<std::string>>(body, "roles");
  change.scope = scope_field(body);
  change.is_disabled = field<bool>(body, "disabled");
  change.must_change_password = field<bool>(body, "must_change_password");
  db::Tx tx(wiring.pool);
  if (const auto changed = change_user(tx, request.path_id(), change, acting_of(wiring, request)); !changed)
    return tl::unexpected(changed.error());
  const auto answer = user_json(tx, request.path_id(), wiring.clock.now());
  if (!answer) return tl::unexpected(answer.error());
  tx.commit();
  return http::json_response(200, *answer);
}

// DELETE /users/{id}
Result<Response> remove(const Wiring& wiring, const Request& request) {
  db::Tx tx(wiring.pool);
  if (const auto deleted = delete_user(tx, request.path_id(), acting_of(wiring, request)); !deleted) return tl::unexpected(deleted.error());
  tx.commit();
  return http::json_response(200, json::object{{"deleted", true}, {"id", request.path_id()}});
}

// POST /users/{id}/password
Result<Response> set_password(const Wiring& wiring, const Request& request) {
  const auto* body = request.json_body.if_object();
  const auto password = body == nullptr ? std::nullopt : field<std::string>(*body, "password");
  const auto made = reset_password(wiring.pool, request.path_id(), password, acting_of(wiring, request));
  if (!made) return tl::unexpected(made.error());
  return http::json_response(200, json::object{{"id", request.path_id()}, {"initial_password", or_null(*made)}});
}

// GET /users/{id}/sessions
Result<Response> list_sessions(const Wiring& wiring, const Request& request) {
  db::Tx tx(wiring.pool);
  if (!find_user(tx, request.path_id())) return no_such_user(request.path_id());
  const auto page = sessions_json(tx, request.path_id(), request.principal.session_id, wiring.settings, request, wiring.clock.now());
  if (!page) return tl::unexpected(page.error());
  return http::json_response(200, *page);
}

// DELETE /users/{id}/sessions
Result<Response> end_all_sessions(const Wiring& wiring, const Request& request) {
  const auto acting = acting_of(wiring, request);
  db::Tx tx(wiring.pool);
  const auto user = find_user(tx, request.path_id());
  if (!user) return no_such_user(request.path_id());
  const auto ended = tx.execute(sql::end_sessions, {user->id, std::nullopt, acting.now}).affected();
  record(tx, acting, "session.end_all", "user", user->username, json::object{{"sessions", ended}}, nullptr);
  tx.commit();
  return http::json_response(200, json::object{{"ended", ended}});
}

// DELETE /users/{id}/sessions/{session_id}
Result<Response> end_one_session(const Wiring& wiring, const Request& request) {
  const auto session = request.path_id("session_id");
  db::Tx tx(wiring.pool);
  const auto user = find_user(tx, request.path_id());
  if (!user) return no_such_user(request.path_id());
  if (const auto ended = end_session(tx, *user, session, acting_of(wiring, request)); !ended) return tl::unexpected(ended.error());
  tx.commit();
  return http::json_response(200, json::object{{"deleted", true}, {"id", session}});
}

}  // namespace

std::vector<http::Endpoint> user_endpoints(const Wiring& wiring) {
  const auto with = wired(wiring);
  return {
      {Method::Get, "/api/v1/users", Permission::ManageUsers, with(list)},
      {Method::Post, "/api/v1/users", Permission::ManageUsers, with(add)},
      {Method::Get, "/api/v1/users/{id}", Permission::ManageUsers, with(show)},
      {Method::Patch, "/api/v1/users/{id}", Permission::ManageUsers, with(change)},
      {Method::Delete, "/api/v1/users/{id}", Permission::ManageUsers, with(remove)},
      {Method::Post, "/api/v1/users/{id}/password", Permission::ManageUsers, with(set_password)},
      {Method::Get, "/api/v1/users/{id}/sessions", Permission::ManageUsers, with(list_sessions)},
      {Method::Delete, "/api/v1/users/{id}/sessions", Permission::ManageUsers, with(end_all_sessions)},
      {Method::Delete, "/api/v1/users/{id}/sessions/{session_id}", Permission::ManageUsers, with(end_one_session)},
  };
}

}  // namespace spm::identity
