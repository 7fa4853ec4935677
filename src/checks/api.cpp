// The endpoints of /api/v1/checks. A definition is checked whole when it is saved, so that no test finds out later.

#include <fmt/format.h>

#include "access/scope.hpp"
#include "audit/audit.hpp"
#include "base/json_write.hpp"
#include "checks/checks.hpp"
#include "checks/checks_sql.hpp"
#include "http/field_errors.hpp"
#include "http/page.hpp"

namespace spm::checks {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

struct Saved {
  std::optional<std::string> os;
  std::optional<std::string> group;
  std::optional<std::int64_t> system;
  bool enabled = true;
  Check check;
};

using Sight = std::optional<json::object>;  // of access::filter_of

tl::unexpected<Error> no_such_check(std::int64_t id) { return fail(ErrorCode::NotFound, fmt::format("check {} does not exist", id)); }

// What a person may write, as it stands in the database.
json::object written(const db::Row& row) {
  json::object body = row.json_value("definition").as_object();
  body["os"] = or_null(row.text_or_null("os"));
  body["group"] = or_null(row.text_or_null("group_name"));
  body["system_id"] = row.is_null("system_id") ? json::value(nullptr) : json::value(row.integer("system_id"));
  body["enabled"] = row.boolean("enabled");
  return body;
}

json::object shown(const db::Row& row) {
  json::object body = written(row);
  body["id"] = row.integer("id");
  body["created_by"] = row.text("created_by");
  body["created_at"] = format_time(row.time("created_at"));
  body["updated_by"] = row.text("updated_by");
  body["updated_at"] = format_time(row.time("updated_at"));
  return body;
}

template <class T>
std::optional<T> take(json::object& body, std::string_view key) {
  std::optional<T> taken;
  if (const auto* value = body.if_contains(key); value != nullptr && !value->is_null()) taken = json::value_to<T>(*value);
  body.erase(key);
  return taken;
}

// What a caller with a scope names must be in it; a check of an OS runs on systems outside it too.
void check_scope(db::Tx& tx, const Saved& saved, const Sight& sight, http::FieldErrors& errors) {
  if (saved.system && tx.execute(sql::is_known_system, {*saved.system, sight}).empty()) errors.add("system_id", "is no known system");
  if (!sight) return;
  if (saved.os) errors.add("os", "needs a caller without a scope: the check would run on systems outside it");
  if (saved.group && !tx.execute(sql::is_group_in_sight, {*saved.group, sight})[0].boolean("sees"))
    errors.add("group", "is no known group");
}

// Types fit the contract already; what they mean together is checked here, all problems at once.
Result<Saved> read(db::Tx& tx, json::object body, const Sight& sight) {
  Saved saved;
  saved.os = take<std::string>(body, "os");
  saved.group = take<std::string>(body, "group");
  saved.system = take<std::int64_t>(body, "system_id");
  saved.enabled = take<bool>(body, "enabled").value_or(true);
  http::FieldErrors errors;
  if (int(saved.os.has_value()) + int(saved.group.has_value()) + int(saved.system.has_value()) != 1)
    errors.add("os", "exactly one of os, group and system_id says where the check applies");
  check_scope(tx, saved, sight, errors);
  for (const auto& [field, problem] : read_check(body, saved.check)) errors.add(field, problem);
  if (!errors.empty()) return tl::unexpected(errors.to_error());
  return saved;
}

void record(db::Tx& tx, const Request& request, std::string_view action, std::int64_t id, json::value before, json::value after, Time now) {
  audit::append(tx, {.actor = request.principal.actor,
                     .from_address = request.remote_address,
                     .action = std::string(action),
                     .subject_type = "check",
                     .subject_id = std::to_string(id),
                     .before = std::move(before),
                     .after = std::move(after),
                     .reason = {},
                     .at = now});
}

// GET /checks
Result<Response> list(db::Pool& pool, const Clock&, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  std::int64_t after = 0;
  if (page->cursor) {
    if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) {
      return http::foreign_cursor();
    }
    after = page->cursor->front().get_int64();
  }
  const auto sight = access::filter_of(request.principal.scope);
  db::Tx tx(pool);
  const auto rows = tx.execute(sql::page_of_checks, {after, page->limit, page->offset, sight});
  const auto total = tx.execute(sql::count_checks, {sight})[0].integer("total");
  json::array items;
  for (const auto row : rows) items.push_back(shown(row));
  std::optional<std::string> next;
  if (http::is_full(items, *page)) next = http::encode_cursor({rows[rows.size() - 1].integer("id")});
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

// POST /checks
Result<Response> add(db::Pool& pool, const Clock& clock, const Request& request) {
  db::Tx tx(pool);
  const auto saved = read(tx, request.json_body.as_object(), access::filter_of(request.principal.scope));
  if (!saved) return tl::unexpected(saved.error());
  const auto now = clock.now();
  const auto rows = tx.execute(
      sql::insert_check, {saved->os, saved->group, saved->system, to_json(saved->check), saved->enabled, request.principal.actor, now});
  auto body = shown(rows[0]);
  record(tx, request, "check.add", rows[0].integer("id"), nullptr, written(rows[0]), now);
  tx.commit();
  return http::json_response(201, std::move(body));
}

// GET /checks/{id}
Result<Response> show(db::Pool& pool, const Clock&, const Request& request) {
  db::Tx tx(pool);
  const auto rows = tx.execute(sql::find_check, {request.path_id(), access::filter_of(request.principal.scope)});
  if (rows.empty()) return no_such_check(request.path_id());
  return http::json_response(200, shown(rows[0]));
}

// The check, locked for a change. not_found outside the caller's scope; forbidden for a check of an OS, which runs on systems outside too.
Result<db::Rows> lock(db::Tx& tx, std::int64_t id, const Sight& sight) {
  auto rows = tx.execute(sql::lock_check, {id, sight});
  if (rows.empty()) return no_such_check(id);
  if (sight && !rows[0].is_null("os"))
    return fail(ErrorCode::Forbidden,
                fmt::format("check {} is for every {} system; changing it needs a caller without a scope", id, rows[0].text("os")));
  return rows;
}

// PATCH /checks/{id}: what is given replaces what is there, null takes it away; the whole must be a check afterwards.
Result<Response> change(db::Pool& pool, const Clock& clock, const Request& request) {
  const auto id = request.path_id();
  const auto sight = access::filter_of(request.principal.scope);
  db::Tx tx(pool);
  const auto locked = lock(tx, id, sight);
  if (!locked) return tl::unexpected(locked.error());
  const auto before = written((*locked)[0]);
  json::object merged = before;
  for (const auto& [key, value] : request.json_body.as_object()) merged[key] = value;
  const auto saved = read(tx, std::move(merged), sight);
  if (!saved) return tl::unexpected(saved.error());
  const auto now = clock.now();
  const auto changed = tx.execute(
      sql::update_check, {id, saved->os, saved->group, saved->system, to_json(saved->check), saved->enabled, request.principal.actor, now});
  auto body = shown(changed[0]);
  record(tx, request, "check.change", id, before, written(changed[0]), now);
  tx.commit();
  return http::json_response(200, std::move(body));
}

// DELETE /checks/{id}
Result<Response> remove(db::Pool& pool, const Clock& clock, const Request& request) {
  const auto id = request.path_id();
  db::Tx tx(pool);
  const auto locked = lock(tx, id, access::filter_of(request.principal.scope));
  if (!locked) return tl::unexpected(locked.error());
  (void)tx.execute(sql::delete_check, {id});
  record(tx, request, "check.delete", id, written((*locked)[0]), nullptr, clock.now());
  tx.commit();
  return http::json_response(200, json::object{{"deleted", true}, {"id", id}});
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock) {
  const auto with = [&pool, &clock](auto handler) {
    return [&pool, &clock, handler](const Request& request) { return handler(pool, clock, request); };
  };
  return {
      {Method::Get, "/api/v1/checks", Permission::ReadState, with(list)},
      {Method::Post, "/api/v1/checks", Permission::ManageChecks, with(add)},
      {Method::Get, "/api/v1/checks/{id}", Permission::ReadState, with(show)},
      {Method::Patch, "/api/v1/checks/{id}", Permission::ManageChecks, with(change)},
      {Method::Delete, "/api/v1/checks/{id}", Permission::ManageChecks, with(remove)},
  };
}

}  // namespace spm::checks
