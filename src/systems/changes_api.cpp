// PATCH /systems/{id} and POST /systems/{id}/release: what a person says about a system. Each is one transaction with audit row and event.

#include <fmt/format.h>

#include <boost/json/value_to.hpp>

#include "audit/audit.hpp"
#include "http/field_errors.hpp"
#include "notifications/notifications.hpp"
#include "queue/queue.hpp"
#include "systems/store.hpp"
#include "systems/systems_sql.hpp"

namespace spm::systems {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

struct Wiring {
  db::Pool& pool;
  const Clock& clock;
  scoring::Weights defaults;
};

std::optional<std::string> text_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_string() ? std::optional(json::value_to<std::string>(*value)) : std::nullopt;
}

db::Rows lock(db::Tx& tx, const Request& request) {
  const ScopeParams scope(request.principal.scope);
  return tx.execute(sql::lock_system, {scope.orgs, scope.groups, request.path_id()});
}

// What a person has said of it.
json::object said(const db::Row& row) {
  auto shown = system_json(row);
  return {{"role", shown["role"]}, {"role_source", shown["role_source"]}, {"risk_context", shown["risk_context"]}};
}

struct Record {
  std::string action;
  json::object before;
  json::object after;
  std::string reason;
};

void record(db::Tx& tx, const Request& request, const std::string& name, const Record& change, Time now) {
  audit::append(tx, {.actor = request.principal.actor,
                     .from_address = request.remote_address,
                     .action = "system." + change.action,
                     .subject_type = "system",
                     .subject_id = std::to_string(request.path_id()),
                     .before = change.before,
                     .after = change.after,
                     .reason = change.reason,
                     .at = now});
  auto payload = change.after;
  payload["type"] = "system." + change.action + (change.action.ends_with('e') ? "d" : "ed");
  payload["system_id"] = request.path_id();
  payload["name"] = name;
  payload["actor"] = request.principal.actor;
  payload["reason"] = change.reason;
  notifications::publish(tx, {.topic = "system", .queue_id = {}, .test_id = {}, .payload = std::move(payload), .at = now});
}

// Urgency rests on the context of the systems that miss an erratum, and the order of the queue on urgency.
std::int64_t rescore(db::Tx& tx, const Wiring& wiring, std::int64_t system, Time now) {
  std::vector<AdvisoryName> missing;
  for (const auto row : tx.execute(sql::missing_on, {system})) missing.push_back({row.text("advisory_name")});
  const auto report = scoring::recalculate(tx, missing, scoring::Force::No, wiring.defaults, now);
  queue::refresh_scores(tx, now);
  return report.calculated + report.updated;
}

// PATCH /systems/{id}
Result<Response> change(const Wiring& wiring, const Request& request) {
  const auto& body = request.json_body.as_object();
  const auto now = wiring.clock.now();
  db::Tx tx(wiring.pool);
  const auto before = lock(tx, request);
  if (before.empty()) return no_such_system(request.path_id());
  if (body.contains("role")) tx.execute(sql::change_role, {request.path_id(), text_in(body, "role")});
  std::int64_t rescored = 0;
  if (const auto* context = body.if_contains("risk_context")) {
    const auto& said_now = context->as_object();
    tx.execute(sql::change_risk_context,
               {request.path_id(), text_in(said_now, "exposure"), text_in(said_now, "criticality"), text_in(said_now, "data")});
    rescored = rescore(tx, wiring, request.path_id(), now);
  }
  const auto after = lock(tx, request);
  if (const auto was = said(before[0]), is = said(after[0]); was != is)
    record(tx, request, after[0].text("name"), {"change", was, is, text_in(body, "reason").value_or("")}, now);
  auto answer = detail_json(tx, after[0], now);
  tx.commit();
  answer["rescored_errata"] = rescored;
  return http::json_response(200, answer);
}

// POST /systems/{id}/release
Result<Response> release(const Wiring& wiring, const Request& request) {
  const auto reason = text_in(request.json_body.as_object(), "reason").value_or("");
  if (reason.find_first_not_of(" \t\r\n\f\v") == std::string::npos) {
    http::FieldErrors errors;
    errors.add("reason", "must say why the system can be trusted again, not only white space");
    return tl::unexpected(errors.to_error());
  }
  const auto now = wiring.clock.now();
  db::Tx tx(wiring.pool);
  const auto rows = lock(tx, request);
  if (rows.empty()) return no_such_system(request.path_id());
  const auto name = rows[0].text("name");
  const auto since = rows[0].time_or_null("quarantined_at");
  if (!since)
    return fail(ErrorCode::Conflict, fmt::format("system {} ({}) is not in quarantine; nothing was changed", request.path_id(), name));
  tx.execute(sql::release_system, {request.path_id()});
  const json::object before{{"quarantined_at", format_time(*since)}, {"quarantine_reason", rows[0].text("quarantine_reason")}};
  record(tx, request, name, {"release", before, {{"quarantined_at", nullptr}}, reason}, now);
  auto answer = detail_json(tx, lock(tx, request)[0], now);
  tx.commit();
  return http::json_response(200, answer);
}

}  // namespace

std::vector<http::Endpoint> change_endpoints(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults) {
  const Wiring wiring{pool, clock, defaults};
  return {{Method::Patch, "/api/v1/systems/{id}", Permission::ManageSystems,
           [wiring](const Request& request) { return change(wiring, request); }},
          {Method::Post, "/api/v1/systems/{id}/release", Permission::ManageSystems,
           [wiring](const Request& request) { return release(wiring, request); }}};
}

}  // namespace spm::systems
