// GET /orgs, GET /groups, GET /groups/{name}/patches.

#include <fmt/format.h>

#include <boost/json/value_to.hpp>
#include <charconv>

#include "base/json_write.hpp"
#include "http/page.hpp"
#include "systems/store.hpp"
#include "systems/systems_sql.hpp"

namespace spm::systems {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

// A cursor of one text, the name that the caller has seen last.
Result<std::optional<std::string>> last_name(const http::Page& page) {
  if (!page.cursor) return std::nullopt;
  if (page.cursor->size() != 1 || !page.cursor->front().is_string()) return http::foreign_cursor();
  return json::value_to<std::string>(page.cursor->front());
}

json::object org_json(const db::Row& row) {
  return {{"id", row.integer("id")},
          {"name", row.text("name")},
          {"system_count", row.integer("systems")},
          {"test_system_count", row.integer("test_systems")},
          {"group_count", row.integer("groups")},
          {"applicable_errata", row.integer("applicable_errata")},
          {"seen_at", format_time(row.time("seen_at"))}};
}

json::object group_json(const db::Row& row) {
  return {{"name", row.text("name")},
          {"description", row.text("description")},
          {"org_id", row.integer("org_id")},
          {"system_count", row.integer("systems")},
          {"test_system_count", row.integer("test_systems")},
          {"applicable_errata", row.integer("applicable_errata")},
          {"seen_at", format_time(row.time("seen_at"))}};
}

json::object patch_json(const db::Row& row) {
  const auto cves = row.texts("cves");
  return {{"errata_id", row.text("advisory_name")},
          {"synopsis", row.text("synopsis")},
          {"type", row.text("advisory_type")},
          {"severity", row.text("severity")},
          {"target_os", or_null(row.text_or_null("target_os"))},
          {"issued_at", or_null(row.time_or_null("issued_at"))},
          {"cves", json::array(cves.begin(), cves.end())},
          {"is_latest", row.is_null("superseded_by")},
          {"superseded_by", or_null(row.text_or_null("superseded_by"))},
          {"requires_reboot", row.boolean("requires_reboot")},
          {"success_score", or_null(row.integer_or_null("success_score"))},
          {"urgency_score", row.is_null("urgency_score") ? json::value(nullptr) : json::value(row.real("urgency_score"))},
          {"applicable_system_count", row.integer("systems")},
          {"applicable_test_system_count", row.integer("test_systems")}};
}

// GET /orgs
Result<Response> list_orgs(db::Pool& pool, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  std::optional<std::int64_t> after;
  if (page->cursor) {
    if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) return http::foreign_cursor();
    after = page->cursor->front().as_int64();
  }
  const ScopeParams scope(request.principal.scope);
  db::Tx tx(pool);
  json::array items;
  for (const auto row : tx.execute(sql::list_orgs, {scope.orgs, scope.groups, page->limit, page->offset, after}))
    items.push_back(org_json(row));
  std::optional<std::string> next;
  if (http::is_full(items, *page)) next = http::encode_cursor({items.back().at("id")});
  const auto total = tx.execute(sql::count_orgs, {scope.orgs, scope.groups})[0].integer("total");
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

// GET /groups
Result<Response> list_groups(db::Pool& pool, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  const auto after = last_name(*page);
  if (!after) return tl::unexpected(after.error());
  const ScopeParams scope(request.principal.scope);
  const auto org = request.query_param("org_id");
  db::Tx tx(pool);
  json::array items;
  for (const auto row : tx.execute(sql::list_groups, {scope.orgs, scope.groups, org, page->limit, page->offset, *after}))
    items.push_back(group_json(row));
  std::optional<std::string> next;
  if (http::is_full(items, *page)) next = http::encode_cursor({items.back().at("name")});
  const auto total = tx.execute(sql::count_groups, {scope.orgs, scope.groups, org})[0].integer("total");
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

// GET /groups/{name}/patches
Result<Response> list_patches(db::Pool& pool, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  const auto after = last_name(*page);
  if (!after) return tl::unexpected(after.error());
  const ScopeParams scope(request.principal.scope);
  const auto& group = request.path_params.at("name");
  const auto severity = request.query_param("severity");
  const auto text = request.query_param("q");
  const auto latest = request.query_param("latest");
  const auto is_latest = latest ? std::optional(*latest == "true") : std::nullopt;
  db::Tx tx(pool);
  if (tx.execute(sql::find_group, {scope.orgs, scope.groups, group}).empty()) {
    return fail(ErrorCode::NotFound, fmt::format("group {} does not exist; GET /api/v1/groups lists them", group));
  }
  json::array items;
  for (const auto row : tx.execute(sql::group_patches, {group, severity, is_latest, text, page->limit, page->offset, *after}))
    items.push_back(patch_json(row));
  std::optional<std::string> next;
  if (http::is_full(items, *page)) next = http::encode_cursor({items.back().at("errata_id")});
  const auto total = tx.execute(sql::count_group_patches, {group, severity, is_latest, text})[0].integer("total");
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

}  // namespace

std::vector<http::Endpoint> group_endpoints(db::Pool& pool) {
  const auto with = [&pool](auto handler) { return [&pool, handler](const Request& request) { return handler(pool, request); }; };
  return {{Method::Get, "/api/v1/orgs", Permission::ReadState, with(list_orgs)},
          {Method::Get, "/api/v1/groups", Permission::ReadState, with(list_groups)},
          {Method::Get, "/api/v1/groups/{name}/patches", Permission::ReadState, with(list_patches)}};
}

}  // namespace spm::systems
