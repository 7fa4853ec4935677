// The endpoints of the catalogue: errata. Those of the syncs stand in sync_api.cpp.

#include <algorithm>
#include <array>
#include <boost/json/value_to.hpp>

#include "access/scope.hpp"
#include "base/json_write.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/catalogue_sql.hpp"
#include "catalogue/store.hpp"
#include "catalogue/sync_api.hpp"
#include "http/page.hpp"

namespace spm::catalogue {
namespace {

json::object erratum_answer(const Erratum& erratum, std::int64_t applicable_systems) {
  const auto package_count = erratum.packages ? std::optional(static_cast<std::int64_t>(erratum.packages->size())) : std::nullopt;
  return {
      {"errata_id", erratum.name.value},
      {"synopsis", erratum.synopsis},
      {"type", to_string(erratum.type)},
      {"severity", to_string(erratum.severity)},
      {"severity_source", to_string(erratum.severity_source)},
      {"source", erratum.source},
      {"distribution", erratum.distribution},
      {"target_os", or_null(erratum.target_os)},
      {"issued_at", or_null(erratum.issued_at)},
      {"updated_at", or_null(erratum.updated_at)},
      {"reboot_suggested", erratum.reboot_suggested},
      {"restart_suggested", erratum.restart_suggested},
      {"cves", json::array(erratum.cves.begin(), erratum.cves.end())},
      {"package_count", or_null(package_count)},
      {"total_size_kb", or_null(erratum.total_size_kb)},
      {"applicable_system_count", applicable_systems},
      {"superseded_by", or_null(erratum.superseded_by ? std::optional(erratum.superseded_by->value) : std::nullopt)},
      {"in_uyuni", erratum.in_uyuni},
      {"in_spm_sync", erratum.in_spm_sync},
      {"first_seen_at", format_time(erratum.first_seen_at)},
      {"changed_at", format_time(erratum.changed_at)},
  };
}

json::value packages_answer(const Erratum& erratum) {
  if (!erratum.packages) return nullptr;
  json::array out;
  for (const auto& package : *erratum.packages) {
    const auto size_kb = package.size_bytes ? std::optional((*package.size_bytes + 1023) / 1024) : std::nullopt;
    out.push_back(json::object{{"name", package.name}, {"version", package.evr}, {"arch", package.arch}, {"size_kb", or_null(size_kb)}});
  }
  return out;
}

json::array systems_answer(const std::vector<ApplicableSystem>& systems) {
  json::array out;
  for (const auto& [system, uyuni_id] : systems) {
    out.push_back(json::object{{"id", system.id.value},
                               {"name", system.name},
                               {"target_os", or_null(system.target_os)},
                               {"os_release", system.os_release},
                               {"role", to_string(system.role)}});
  }
  return out;
}

// What the three orders have in common: their statement, and the sort keys of a row beside its name, as a cursor carries them.
struct Order {
  std::string_view name;
  const db::Statement* statement;
  json::value (*key)(const Erratum& erratum);
};

constexpr std::array kSeverityRanks{ports::Severity::Critical, ports::Severity::High, ports::Severity::Medium, ports::Severity::Low,
                                    ports::Severity::Unknown};

json::value issue_key(const Erratum& erratum) { return or_null(erratum.issued_at); }
json::value severity_key(const Erratum& erratum) {
  const auto place = std::find(kSeverityRanks.begin(), kSeverityRanks.end(), erratum.severity);
  return static_cast<std::int64_t>(place - kSeverityRanks.begin()) + 1;
}
json::value no_key(const Erratum&) { return nullptr; }

const std::array<Order, 3> kOrders{{{"issued_at", &sql::errata_by_issued_at, issue_key},
                                    {"severity", &sql::errata_by_severity, severity_key},
                                    {"errata_id", &sql::errata_by_name, no_key}}};

const Order& order_of(const http::Request& request) {
  const auto wanted = request.query_param("sort");
  const auto found = std::find_if(kOrders.begin(), kOrders.end(), [&](const Order& order) { return wanted == order.name; });
  return found == kOrders.end() ? kOrders.front() : *found;
}

// The last row that the caller has seen: [order, name, key].
struct After {
  std::optional<std::string> name;
  db::Param key = std::nullopt;
};

Result<After> after_of(const http::Page& page, const Order& order) {
  if (!page.cursor) return After{};
  const auto& keys = *page.cursor;
  const bool fits = keys.size() == 3 && keys[0].is_string() &&
                    keys[0].as_string() == json::string_view(order.name.data(), order.name.size()) && keys[1].is_string() &&
                    !keys[2].is_structured();
  if (!fits) return http::foreign_cursor();
  After after{json::value_to<std::string>(keys[1]), std::nullopt};
  if (keys[2].is_int64()) after.key = keys[2].as_int64();
  if (keys[2].is_string()) {
    const auto time = parse_time(json::value_to<std::string>(keys[2]));
    if (!time) return http::foreign_cursor();
    after.key = *time;
  }
  const bool key_fits = order.statement == &sql::errata_by_severity ? keys[2].is_int64() : !keys[2].is_int64();
  if (!key_fits) return http::foreign_cursor();
  return after;
}

struct Filters {
  std::optional<std::string> os, severity, type, cve, source, text;
  std::optional<json::array> package;
  std::optional<bool> is_applicable;
  std::optional<json::object> scope;   // of access::filter_of
  std::optional<std::int64_t> system;  // that misses them, and that the caller sees
};

Filters filters_of(const http::Request& request) {
  Filters out{request.query_param("os"),
              request.query_param("severity"),
              request.query_param("type"),
              request.query_param("cve"),
              request.query_param("source"),
              request.query_param("q"),
              std::nullopt,
              std::nullopt,
              access::filter_of(request.principal.scope),
              std::nullopt};
  if (const auto system = request.query_param("system_id")) out.system = std::stoll(*system);
  if (const auto package = request.query_param("package")) out.package = json::array{json::object{{"name", *package}}};
  if (const auto applicable = request.query_param("applicable")) out.is_applicable = *applicable == "true";
  return out;
}

// A system out of the caller's sight misses nothing that the caller may know of.
void hide_unseen_system(db::Tx& tx, Filters& filters) {
  constexpr std::int64_t kNoSystem = -1;
  if (!filters.system || !filters.scope) return;
  if (tx.execute(sql::sees_system, {*filters.system, filters.scope}).empty()) filters.system = kNoSystem;
}

db::Rows list_rows(db::Tx& tx, const Order& order, const Filters& f, const http::Page& page, const After& after) {
  if (order.statement == &sql::errata_by_name) {
    return tx.execute(*order.statement, {f.os, f.severity, f.type, f.cve, f.package, f.source, f.is_applicable, f.text, page.limit,
                                         page.offset, after.name, f.scope, f.system});
  }
  return tx.execute(*order.statement, {f.os, f.severity, f.type, f.cve, f.package, f.source, f.is_applicable, f.text, page.limit,
                                       page.offset, after.name, after.key, f.scope, f.system});
}

Result<http::Response> list_errata(db::Pool& pool, const http::Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  const auto& order = order_of(request);
  const auto after = after_of(*page, order);
  if (!after) return tl::unexpected(after.error());
  auto f = filters_of(request);
  db::Tx tx(pool);
  hide_unseen_system(tx, f);
  json::array items;
  std::optional<std::string> next;
  for (const auto row : list_rows(tx, order, f, *page, *after)) {
    const auto erratum = store::erratum_of(row);
    items.push_back(erratum_answer(erratum, row.integer("applicable_system_count")));
    if (static_cast<std::int64_t>(items.size()) == page->limit)
      next = http::encode_cursor({order.name, erratum.name.value, order.key(erratum)});
  }
  const auto total =
      tx.execute(sql::count_errata, {f.os, f.severity, f.type, f.cve, f.package, f.source, f.is_applicable, f.text, f.scope, f.system})[0]
          .integer("total");
  tx.commit();
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

Result<http::Response> show_erratum(db::Pool& pool, const http::Request& request) {
  const AdvisoryName name{request.path_params.at("errata_id")};
  db::Tx tx(pool);
  const auto erratum = find(tx, name);
  if (!erratum) {
    return fail(ErrorCode::NotFound,
                "erratum " + name.value + " is not in the catalogue; if it is new, start a sync (POST /api/v1/sync/trigger)");
  }
  auto systems = applicable_systems(tx, name, access::filter_of(request.principal.scope));
  tx.commit();
  auto answer = erratum_answer(*erratum, static_cast<std::int64_t>(systems.size()));
  answer["description"] = erratum->description;
  answer["packages"] = packages_answer(*erratum);
  answer["dependency_count"] = erratum->dependency_count ? json::value(*erratum->dependency_count) : json::value(nullptr);
  answer["applicable_systems"] = systems_answer(systems);
  answer["withdrawn_at"] = or_null(erratum->withdrawn_at);
  return http::json_response(200, answer);
}

void add_count(json::object& counts, const std::string& key, std::int64_t count) {
  auto& place = counts[key];
  place = (place.is_int64() ? place.as_int64() : 0) + count;
}

Result<http::Response> cache_stats(db::Pool& pool) {
  db::Tx tx(pool);
  std::int64_t total = 0;
  json::object by_severity, by_os, by_type;
  for (const auto row : tx.execute(sql::cache_stats)) {
    const auto count = row.integer("errata");
    total += count;
    add_count(by_severity, row.text("severity"), count);
    add_count(by_os, row.text("target_os"), count);
    add_count(by_type, row.text("advisory_type"), count);
  }
  const auto last_sync = tx.execute(sql::last_successful_sync)[0].time_or_null("last_sync");
  tx.commit();
  return http::json_response(200, json::object{{"total", total},
                                               {"by_severity", std::move(by_severity)},
                                               {"by_os", std::move(by_os)},
                                               {"by_type", std::move(by_type)},
                                               {"last_sync", or_null(last_sync)}});
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, std::vector<Source> configured) {
  using access::Permission;
  using http::Method;
  auto out = sync_endpoints(pool, clock, std::move(configured));
  out.push_back(
      {Method::Get, "/api/v1/errata", Permission::ReadState, [&pool](const auto& request) { return list_errata(pool, request); }});
  out.push_back({Method::Get, "/api/v1/errata/cache/stats", Permission::ReadState, [&pool](const auto&) { return cache_stats(pool); }});
  out.push_back({Method::Get, "/api/v1/errata/{errata_id}", Permission::ReadState,
                 [&pool](const auto& request) { return show_erratum(pool, request); }});
  return out;
}

}  // namespace spm::catalogue
