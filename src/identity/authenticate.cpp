// Who sends a request: by a key of the configuration or of the table, or by the cookie of a session.

#include "access/roles.hpp"
#include "auth/token.hpp"
#include "identity/identity.hpp"
#include "identity/identity_sql.hpp"
#include "identity/keys.hpp"
#include "identity/sessions.hpp"

namespace spm::identity {
namespace {

constexpr std::chrono::minutes kTouchEvery{1};

bool changes_something(http::Method method) {
  return method != http::Method::Get && method != http::Method::Head && method != http::Method::Options;
}

// What an open page asks for by itself, while nobody sits before it, does not keep a session alive.
bool is_unattended(const http::Request& request) { return request.header("X-Unattended") == "true"; }

access::Scope scope_in(const db::Row& row, std::string_view column) {
  return row.is_null(column) ? access::Scope{} : access::scope_from(row.json_value(column));
}

// What the key was given, and no more than its owner may today.
std::optional<access::Principal> principal_of_key(const db::Row& row) {
  access::Principal principal;
  principal.actor = actor_of_key(row.integer("id"), row.text("name"));
  principal.permissions = permissions_of(row.texts("roles"), row.texts("permissions"));
  principal.scope = scope_in(row, "scope");
  principal.may_act_for_others = row.boolean("may_act_for_others");
  if (row.is_null("owner_id")) return principal;
  const auto allowed = access::permissions_of(row.texts("owner_roles"));
  std::erase_if(principal.permissions, [&](auto permission) { return !allowed.contains(permission); });
  principal.may_act_for_others = principal.may_act_for_others && allowed.contains(access::Permission::ManageUsers);
  const auto scope = access::narrowed(principal.scope, scope_in(row, "owner_scope"));
  if (!scope) return std::nullopt;
  principal.scope = *scope;
  return principal;
}

tl::unexpected<Error> session_over() { return fail(ErrorCode::Unauthorized, "the session is over; log in again"); }

}  // namespace

Result<access::Principal> Authenticator::authenticate(const http::Request& request) const {
  if (const auto keys = auth::presented_keys(request); !keys.empty()) return by_key(request, keys);
  const auto token = cookie_of(request, kSessionCookie);
  if (!token) return configured_.authenticate(request);
  auto principal = by_session(request, *token);
  // Where nobody needs to log in, the cookie of an earlier run locks nobody out.
  if (!principal && principal.error().code == ErrorCode::Unauthorized && !configured_.has_key()) return configured_.authenticate(request);
  return principal;
}

Result<access::Principal> Authenticator::by_key(const http::Request& request, const std::vector<std::string>& keys) const {
  auto configured = configured_.authenticate(request);
  if (configured && configured_.has_key()) return configured;
  for (const auto& key : keys) {
    if (key != keys.front()) return fail(ErrorCode::Unauthorized, "two headers carry different API keys; send one");
  }
  if (!is_stored_key(keys.front())) return configured;
  if (auto principal = by_stored_key(keys.front())) return *std::move(principal);
  return fail(ErrorCode::Unauthorized, "the API key is not valid: it was revoked, has expired, or never was one");
}

std::optional<access::Principal> Authenticator::by_stored_key(const std::string& key) const {
  const auto parts = parts_of_key(key);
  if (!parts) return std::nullopt;
  const auto now = clock_.now();
  db::Tx tx(pool_);
  const auto rows = tx.execute(sql::find_key, {parts->id});
  if (rows.empty() || !auth::same_secret(auth::token_hash(parts->secret), rows[0].text("secret_hash"))) return std::nullopt;
  if (const auto expires_at = rows[0].time_or_null("expires_at"); expires_at && *expires_at <= now) return std::nullopt;
  auto principal = principal_of_key(rows[0]);
  const auto used_at = rows[0].time_or_null("last_used_at");
  if (!used_at || now - *used_at >= kTouchEvery) {
    (void)tx.execute(sql::touch_key, {parts->id, now});
    tx.commit();
  }
  return principal;
}

Result<access::Principal> Authenticator::by_session(const http::Request& request, const std::string& token) const {
  const auto now = clock_.now();
  db::Tx tx(pool_);
  const auto rows = tx.execute(sql::find_session, {auth::token_hash(token)});
  if (rows.empty()) return session_over();
  const auto row = rows[0];
  if (!is_session_alive(row.time("seen_at"), row.time("expires_at"), settings_.session_idle, now)) return session_over();
  if (changes_something(request.method) && !auth::same_secret(request.header("X-CSRF-Token").value_or(""), auth::csrf_token_of(token))) {
    return fail(ErrorCode::Forbidden, "the header X-CSRF-Token is missing or is not this session's; GET /api/v1/auth/me answers it");
  }
  access::Principal principal;
  principal.actor = "user:" + row.text("username");
  principal.permissions = access::permissions_of(row.texts("roles"));
  // Nothing but choosing an own password, until that is done.
  if (row.boolean("must_change_password")) principal.permissions = {access::Permission::Self};
  principal.scope = scope_in(row, "scope");
  principal.user_id = row.integer("user_id");
  principal.session_id = row.integer("id");
  if (!is_unattended(request) && now - row.time("seen_at") >= kTouchEvery) {
    (void)tx.execute(sql::touch_session, {*principal.session_id, now});
    tx.commit();
  }
  return principal;
}

}  // namespace spm::identity
