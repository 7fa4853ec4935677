// The endpoints of /api/v1/api-keys. People see and revoke their own keys; who manages users, all of them.

#include <fmt/format.h>

#include "auth/token.hpp"
#include "base/json_write.hpp"
#include "identity/api_support.hpp"
#include "identity/identity_sql.hpp"
#include "identity/keys.hpp"
#include "identity/paging.hpp"

namespace spm::identity {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

bool manages_users(const Request& request) { return access::may(request.principal, Permission::ManageUsers); }

// Whose keys the caller may look at; a parameter of statements, NULL: everybody's. Without a person behind it: nobody's.
std::optional<std::int64_t> visible_owner(const Request& request) {
  if (manages_users(request)) return std::nullopt;
  return request.principal.user_id.value_or(0);
}

json::object shown(const db::Row& row) {
  return {{"id", row.integer("id")},
          {"name", row.text("name")},
          {"owner_id", or_null(row.integer_or_null("owner_id"))},
          {"roles", words(row.texts("roles"))},
          {"permissions", words(row.texts("permissions"))},
          {"scope", row.is_null("scope") ? json::value(nullptr) : row.json_value("scope")},
          {"may_act_for_others", row.boolean("may_act_for_others")},
          {"created_by", row.text("created_by")},
          {"created_at", format_time(row.time("created_at"))},
          {"expires_at", or_null(row.time_or_null("expires_at"))},
          {"last_used_at", or_null(row.time_or_null("last_used_at"))},
          {"revoked_at", or_null(row.time_or_null("revoked_at"))},
          {"revoked_by", or_null(row.text_or_null("revoked_by"))}};
}

tl::unexpected<Error> no_such_key(std::int64_t id) { return fail(ErrorCode::NotFound, fmt::format("API key {} does not exist", id)); }

// GET /api-keys
Result<Response> list(const Wiring& wiring, const Request& request) {
  const auto page = page_by_id(request);
  if (!page) return tl::unexpected(page.error());
  db::Tx tx(wiring.pool);
  const auto rows = tx.execute(sql::page_of_keys, {visible_owner(request), page->after.value_or(0), page->page.limit, page->page.offset});
  const auto total = tx.execute(sql::count_keys, {visible_owner(request)})[0].integer("total");
  return http::json_response(200, page_json(rows, total, *page, shown));
}

// Of the key that makes another one. What a key makes belongs to the same person and ends no later: nobody keeps through it what they lose
// themselves.
struct Maker {
  std::optional<std::int64_t> owner;
  std::optional<Time> expires_at;
};

Maker maker_of(db::Tx& tx, const access::Principal& principal) {
  if (principal.user_id) return {principal.user_id, std::nullopt};
  const auto key = key_of_actor(principal.actor);
  if (!key) return {};
  const auto rows = tx.execute(sql::maker_key, {*key});
  return {rows[0].integer_or_null("owner_id"), rows[0].time_or_null("expires_at")};
}

Result<KeyOrder> order_in(const Request& request, const Maker& maker, Time now) {
  const auto& body = request.json_body.as_object();
  KeyOrder order;
  order.name = *field<std::string>(body, "name");
  order.roles = field<std::vector<std::string>>(body, "roles").value_or(std::vector<std::string>{});
  order.permissions = field<std::vector<std::string>>(body, "permissions").value_or(std::vector<std::string>{});
  order.scope = scope_field(body).value_or(request.principal.scope);
  order.may_act_for_others = field<bool>(body, "may_act_for_others").value_or(false);
  order.maker_expires_at = maker.expires_at;
  order.expires_at = maker.expires_at;
  if (const auto text = field<std::string>(body, "expires_at")) {
    const auto time = parse_time(*text);
    if (!time) return as_error({{"expires_at", time.error().message}});
    order.expires_at = *time;
  }
  if (const auto problems = problems_with_key(order, request.principal, now); !problems.empty()) return as_error(problems);
  return order;
}

// POST /api-keys
Result<Response> add(const Wiring& wiring, const Request& request) {
  if (!request.principal.session_id && !manages_users(request)) {
    return fail(ErrorCode::Forbidden, fmt::format("{} makes no further keys; log in as a person", request.principal.actor));
  }
  const auto acting = acting_of(wiring, request);
  db::Tx tx(wiring.pool);
  const auto maker = maker_of(tx, request.principal);
  const auto order = order_in(request, maker, acting.now);
  if (!order) return tl::unexpected(order.error());
  const auto secret = auth::random_token();
  const auto rows = tx.execute(sql::insert_key,
                               {order->name, auth::token_hash(secret), maker.owner, order->roles, order->permissions,
                                access::filter_of(order->scope), order->may_act_for_others, acting.actor, acting.now, order->expires_at});
  auto answer = shown(rows[0]);
  record(tx, acting, "api_key.add", "api_key", std::to_string(rows[0].integer("id")), nullptr, answer);
  tx.commit();
  answer["key"] = key_text(rows[0].integer("id"), secret);
  return http::json_response(201, answer);
}

// DELETE /api-keys/{id}: revoked for ever; the row stays for the record.
Result<Response> revoke(const Wiring& wiring, const Request& request) {
  const auto id = request.path_id();
  const auto acting = acting_of(wiring, request);
  db::Tx tx(wiring.pool);
  const auto rows = tx.execute(sql::lock_key, {id, visible_owner(request)});
  if (rows.empty()) return no_such_key(id);
  if (!rows[0].is_null("revoked_at")) return http::json_response(200, shown(rows[0]));
  const auto revoked = shown(tx.execute(sql::revoke_key, {id, acting.now, acting.actor})[0]);
  record(tx, acting, "api_key.revoke", "api_key", std::to_string(id), shown(rows[0]), revoked);
  tx.commit();
  return http::json_response(200, revoked);
}

}  // namespace

std::vector<http::Endpoint> key_endpoints(const Wiring& wiring) {
  const auto with = wired(wiring);
  return {
      {Method::Get, "/api/v1/api-keys", Permission::Self, with(list)},
      {Method::Post, "/api/v1/api-keys", Permission::Self, with(add)},
      {Method::Delete, "/api/v1/api-keys/{id}", Permission::Self, with(revoke)},
  };
}

}  // namespace spm::identity
