// GET /systems, GET /systems/{id}, GET /prometheus/targets.

#include <fmt/format.h>

#include <boost/json/value_to.hpp>
#include <charconv>

#include "http/page.hpp"
#include "systems/store.hpp"
#include "systems/systems.hpp"
#include "systems/systems_sql.hpp"

namespace spm::systems {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

constexpr std::string_view kByCheckin = "last_checkin_at";
constexpr std::string_view kByName = "name";

// The last row that the caller has seen: [order, key, id].
struct After {
  db::Param key = std::nullopt;
  std::optional<std::int64_t> id;
};

// Microseconds since 1970 that PostgreSQL can take too.
bool is_instant(const json::value& key) {
  constexpr std::int64_t kYear9999 = 253'402'300'799'000'000;
  return key.is_int64() && key.as_int64() >= 0 && key.as_int64() <= kYear9999;
}

json::array cursor_keys(std::string_view sort, const db::Row& last) {
  if (sort == kByName) return {sort, last.text("name"), last.integer("id")};
  const auto checkin = last.time_or_null("last_checkin_at");
  return {sort, checkin ? json::value(checkin->time_since_epoch().count()) : json::value(nullptr), last.integer("id")};
}

Result<After> after_of(const http::Page& page, std::string_view sort) {
  if (!page.cursor) return After{};
  const auto& keys = *page.cursor;
  const bool by_name = sort == kByName;
  const bool fits = keys.size() == 3 && keys[0].is_string() && std::string_view(keys[0].as_string()) == sort && keys[2].is_int64() &&
                    (by_name ? keys[1].is_string() : keys[1].is_null() || is_instant(keys[1]));
  if (!fits) return http::foreign_cursor();
  After after{std::nullopt, keys[2].as_int64()};
  if (keys[1].is_string()) after.key = json::value_to<std::string>(keys[1]);
  if (keys[1].is_int64()) after.key = Time(std::chrono::microseconds(keys[1].as_int64()));
  return after;
}

std::optional<bool> flag_param(const Request& request, std::string_view name) {
  const auto text = request.query_param(name);
  return text ? std::optional(*text == "true") : std::nullopt;
}

std::optional<std::int64_t> id_param(const Request& request, std::string_view name) {
  const auto text = request.query_param(name);
  if (!text) return std::nullopt;
  std::int64_t id = 0;
  std::from_chars(text->data(), text->data() + text->size(), id);
  return id;
}

// GET /systems
Result<Response> list(db::Pool& pool, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  const auto sort = request.query_param("sort").value_or(std::string(kByName));
  const auto after = after_of(*page, sort);
  if (!after) return tl::unexpected(after.error());
  const ScopeParams scope(request.principal.scope);
  const auto role = request.query_param("role");
  const auto group = request.query_param("group");
  const auto os = request.query_param("os");
  const auto org = id_param(request, "org");
  const auto reboot = flag_param(request, "reboot_pending");
  const auto quarantined = flag_param(request, "quarantined");
  const auto text = request.query_param("q");
  db::Tx tx(pool);
  const auto rows = tx.execute(
      sort == kByCheckin ? sql::list_by_checkin : sql::list_by_name,
      {scope.orgs, scope.groups, role, group, os, org, reboot, quarantined, text, page->limit, page->offset, after->key, after->id});
  json::array items;
  for (const auto row : rows) items.push_back(system_json(row));
  std::optional<std::string> next;
  if (http::is_full(items, *page)) next = http::encode_cursor(cursor_keys(sort, rows[rows.size() - 1]));
  const auto total =
      tx.execute(sql::count_systems, {scope.orgs, scope.groups, role, group, os, org, reboot, quarantined, text})[0].integer("total");
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

// GET /systems/{id}
Result<Response> show(db::Pool& pool, const Clock& clock, const Request& request) {
  const ScopeParams scope(request.principal.scope);
  db::Tx tx(pool);
  const auto rows = tx.execute(sql::show_system, {scope.orgs, scope.groups, request.path_id()});
  if (rows.empty()) return no_such_system(request.path_id());
  return http::json_response(200, detail_json(tx, rows[0], clock.now()));
}

// GET /prometheus/targets
Result<Response> targets(db::Pool& pool, std::uint16_t port, const Request& request) {
  const ScopeParams scope(request.principal.scope);
  db::Tx tx(pool);
  json::array list;
  for (const auto row : tx.execute(sql::scrape_targets, {scope.orgs, scope.groups})) {
    const auto ip = row.text("ip");
    const auto address = ip.find(':') == std::string::npos ? fmt::format("{}:{}", ip, port) : fmt::format("[{}]:{}", ip, port);
    list.push_back(json::object{{"targets", json::array{json::value(address)}},
                                {"labels", json::object{{"system", row.text("name")},
                                                        {"system_id", std::to_string(row.integer("id"))},
                                                        {"os", row.text_or_null("target_os").value_or("")},
                                                        {"os_release", row.text("os_release")},
                                                        {"role", "test"}}}});
  }
  return http::json_response(200, list);
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults,
                                      std::uint16_t node_exporter_port) {
  std::vector<http::Endpoint> all{
      {Method::Get, "/api/v1/systems", Permission::ReadState, [&pool](const Request& request) { return list(pool, request); }},
      {Method::Get, "/api/v1/systems/{id}", Permission::ReadState,
       [&pool, &clock](const Request& request) { return show(pool, clock, request); }},
      {Method::Get, "/api/v1/prometheus/targets", Permission::ReadMetrics,
       [&pool, node_exporter_port](const Request& request) { return targets(pool, node_exporter_port, request); }},
  };
  for (auto& endpoint : change_endpoints(pool, clock, defaults)) all.push_back(std::move(endpoint));
  for (auto& endpoint : group_endpoints(pool)) all.push_back(std::move(endpoint));
  return all;
}

}  // namespace spm::systems
