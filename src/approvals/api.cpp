// The endpoints of /api/v1/approvals. The requests fit the contract already; what is checked here needs the database.

#include <fmt/format.h>

#include "access/scope.hpp"
#include "approvals/approval_json.hpp"
#include "approvals/approvals.hpp"
#include "approvals/history_api.hpp"
#include "approvals/store.hpp"
#include "catalogue/catalogue.hpp"
#include "configuration/configuration.hpp"
#include "engine/engine.hpp"
#include "http/field_errors.hpp"
#include "http/page.hpp"
#include "queue/queue.hpp"
#include "scoring/scoring.hpp"

namespace spm::approvals {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

constexpr std::string_view kDefaultSort = "urgency";
constexpr std::int64_t kLargestSelection = 100'000;

tl::unexpected<Error> wrong_field(const std::string& field, const std::string& problem) {
  http::FieldErrors errors;
  errors.add(field, problem);
  return tl::unexpected(errors.to_error());
}

std::optional<std::string> text_in(const Request& request, std::string_view key) {
  const json::object* body = request.json_body.if_object();
  const json::value* value = body == nullptr ? nullptr : body->if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

// ---------------------------------------------------------------- what waits

json::object list_json(db::Tx& tx, const store::Query& query, const http::Page& page, Time now) {
  const std::vector<store::Pending> waiting = store::pending(tx, query);
  const configuration::Document rules = configuration::current(tx);
  std::vector<std::int64_t> ids;
  for (const store::Pending& one : waiting) ids.push_back(one.item.value);
  const auto tests = engine::latest_passed(tx, ids);
  json::array items;
  for (const store::Pending& one : waiting) {
    if (const auto test = tests.find(one.item.value); test != tests.end()) items.push_back(to_json(one, test->second, rules, now));
  }
  json::object by_severity;
  std::int64_t total = 0;
  for (const auto& [severity, count] : store::pending_by_severity(tx, query)) {
    by_severity[severity] = count;
    if (!query.severity || *query.severity == severity) total += count;
  }
  std::optional<std::string> next;
  if (std::ssize(waiting) == page.limit) next = http::encode_cursor(cursor_keys(query.sort, waiting.back()));
  json::object answer = http::list_answer(std::move(items), total, page, next);
  answer["by_severity"] = std::move(by_severity);
  return answer;
}

store::Query query_of(const Request& request) {
  return {.severity = request.query_param("severity"),
          .target_os = request.query_param("os"),
          .text = request.query_param("q"),
          .sort = request.query_param("sort").value_or(std::string(kDefaultSort)),
          .scope = access::filter_of(request.principal.scope),
          .after = std::nullopt};
}

// GET /approvals/pending
Result<Response> list(db::Pool& pool, const Clock& clock, const Request& request) {
  const Result<http::Page> page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  store::Query query = query_of(request);
  query.limit = page->limit;
  query.offset = page->offset;
  if (page->cursor) {
    query.after = place_from(*page->cursor, query.sort);
    if (!query.after) return http::foreign_cursor();
  }
  db::Tx tx(pool);
  return http::json_response(200, list_json(tx, query, *page, clock.now()));
}

// GET /approvals/selection: what a person chose by filters, as it is at this moment. What comes later was not seen and is not chosen.
Result<Response> select(db::Pool& pool, const Clock&, const Request& request) {
  store::Query query = query_of(request);
  query.limit = kLargestSelection + 1;
  db::Tx tx(pool);
  const std::vector<std::int64_t> ids = store::pending_ids(tx, query);
  if (std::ssize(ids) > kLargestSelection)
    return fail(ErrorCode::Conflict, fmt::format("more than {} items match; choose fewer by filters", kLargestSelection));
  return http::json_response(200, {{"queue_ids", json::array(ids.begin(), ids.end())}});
}

json::array affected_systems(db::Tx& tx, const store::Pending& pending, const access::Scope& scope) {
  json::array systems;
  for (const catalogue::ApplicableSystem& one : catalogue::applicable_systems(tx, pending.erratum, access::filter_of(scope))) {
    const catalogue::System& system = one.system;
    if (system.role != catalogue::Role::Production || system.target_os != pending.target_os) continue;
    systems.push_back({{"id", system.id.value},
                       {"name", system.name},
                       {"target_os", pending.target_os},
                       {"os_release", system.os_release},
                       {"role", catalogue::to_string(system.role)}});
  }
  return systems;
}

tl::unexpected<Error> no_such_item(QueueId id) { return fail(ErrorCode::NotFound, fmt::format("queue item {} does not exist", id.value)); }

// What is out of the caller's sight does not exist for the caller.
bool sees(db::Tx& tx, const Request& request, QueueId id) {
  const auto scope = access::filter_of(request.principal.scope);
  return !scope || store::sees(tx, id, scope);
}

tl::unexpected<Error> not_pending(db::Tx& tx, QueueId id) {
  const std::optional<queue::Item> item = queue::find(tx, id);
  if (!item) return no_such_item(id);
  return fail(ErrorCode::NotFound, fmt::format("queue item {} ({}) does not wait for a decision; it is {}", id.value, item->erratum.value,
                                               queue::to_string(item->status)));
}

// GET /approvals/pending/{queue_id}
Result<Response> show(db::Pool& pool, const Clock& clock, const Request& request) {
  const QueueId id{request.path_id("queue_id")};
  db::Tx tx(pool);
  if (!sees(tx, request, id)) return no_such_item(id);
  const std::optional<store::Pending> pending = store::pending_one(tx, id);
  if (!pending) return not_pending(tx, id);
  const std::optional<engine::TestSummary> test = engine::latest_passed(tx, id);
  if (!test) return not_pending(tx, id);
  Result<json::object> result = engine::result_json(tx, test->id);
  if (!result) return tl::unexpected(result.error());
  json::object answer = to_json(*pending, *test, configuration::current(tx), clock.now());
  answer["test"] = *std::move(result);
  answer["description"] = catalogue::find(tx, pending->erratum)->description;
  answer["urgency_reasons"] = scoring::urgency_reasons(tx, pending->erratum);
  answer["score_breakdown"] = scoring::to_json(scoring::profile(tx, pending->erratum)->breakdown);
  answer["affected_systems"] = affected_systems(tx, *pending, request.principal.scope);
  answer["earlier_decisions"] = to_json(store::earlier_decisions(tx, pending->erratum));
  return http::json_response(200, answer);
}

// ---------------------------------------------------------------- decisions

Result<Response> decide_and_answer(db::Pool& pool, const Request& request, const Decision& decision) {
  db::Tx tx(pool);
  if (!sees(tx, request, decision.item)) return no_such_item(decision.item);
  const Result<Decided> decided = decide(tx, decision);
  if (!decided) return tl::unexpected(decided.error());
  tx.commit();
  return http::json_response(200, to_json(decision, *decided));
}

Decision decision_of(const Request& request, QueueId item, Action action, Time now) {
  return {.item = item,
          .action = action,
          .actor = request.principal.actor,
          .from_address = request.remote_address,
          .on_behalf_of = std::nullopt,
          .reason = text_in(request, "reason").value_or(""),
          .snooze_until = std::nullopt,
          .at = now};
}

// The name in the body counts only from a key that may act for others; from anybody else it would be a forged signature.
Result<std::optional<std::string>> acted_for(const Request& request) {
  const std::optional<std::string> name = text_in(request, "approved_by");
  if (!name || *name == request.principal.actor) return std::nullopt;
  if (request.principal.may_act_for_others) return name;
  return fail(ErrorCode::Forbidden, fmt::format("{} may not approve for {}: leave approved_by out, or use a key that may act for others",
                                                request.principal.actor, *name));
}

// POST /approvals/{queue_id}/approve
Result<Response> approve(db::Pool& pool, const Clock& clock, const Request& request) {
  Decision decision = decision_of(request, QueueId{request.path_id("queue_id")}, Action::Approve, clock.now());
  const Result<std::optional<std::string>> other = acted_for(request);
  if (!other) return tl::unexpected(other.error());
  decision.on_behalf_of = *other;
  return decide_and_answer(pool, request, decision);
}

// POST /approvals/{queue_id}/break-glass
Result<Response> break_glass(db::Pool& pool, const Clock& clock, const Request& request) {
  Decision decision = decision_of(request, QueueId{request.path_id("queue_id")}, Action::Approve, clock.now());
  decision.is_emergency = true;
  return decide_and_answer(pool, request, decision);
}

// POST /approvals/{queue_id}/reject
Result<Response> reject(db::Pool& pool, const Clock& clock, const Request& request) {
  const QueueId id{request.path_id("queue_id")};
  return decide_and_answer(pool, request, decision_of(request, id, Action::Reject, clock.now()));
}

// POST /approvals/{queue_id}/snooze
Result<Response> snooze(db::Pool& pool, const Clock& clock, const Request& request) {
  const QueueId id{request.path_id("queue_id")};
  const json::object* body = request.json_body.if_object();
  const json::value* days = body == nullptr ? nullptr : body->if_contains("snooze_days");
  if (days == nullptr || !days->is_number()) return wrong_field("snooze_days", "must be a whole number from 1 to 90");
  Decision decision = decision_of(request, id, Action::Snooze, clock.now());
  decision.snooze_until = decision.at + std::chrono::days(days->to_number<int>());
  return decide_and_answer(pool, request, decision);
}

// ---------------------------------------------------------------- many decisions

Decision decision_in_batch(const Request& request, QueueId item, Time now) {
  const json::object& body = request.json_body.as_object();
  const std::string word = text_in(request, "action").value_or("");
  const Action action = word == "approve" ? Action::Approve : word == "reject" ? Action::Reject : Action::Snooze;
  Decision decision = decision_of(request, item, action, now);
  if (action == Action::Snooze) decision.snooze_until = now + std::chrono::days(body.at("snooze_days").as_int64());
  return decision;
}

// One transaction for each item: it stands or falls alone.
json::object decide_one(db::Pool& pool, const Request& request, const Decision& decision) {
  db::Tx tx(pool);
  const Result<Decided> decided = sees(tx, request, decision.item) ? decide(tx, decision) : no_such_item(decision.item);
  if (!decided) {
    return {{"queue_id", decision.item.value},
            {"ok", false},
            {"approval_id", nullptr},
            {"errata_id", nullptr},
            {"error", to_string(decided.error().code)},
            {"message", decided.error().message}};
  }
  tx.commit();
  return {{"queue_id", decision.item.value},     {"ok", true},       {"approval_id", decided->id.value},
          {"errata_id", decided->erratum.value}, {"error", nullptr}, {"message", nullptr}};
}

// POST /approvals/batch. What each action needs beside its items stands in the contract.
Result<Response> decide_many(db::Pool& pool, const Clock& clock, const Request& request) {
  json::array results;
  std::int64_t succeeded = 0;
  for (const json::value& id : request.json_body.at("queue_ids").as_array()) {
    results.push_back(decide_one(pool, request, decision_in_batch(request, QueueId{id.as_int64()}, clock.now())));
    if (results.back().at("ok").as_bool()) ++succeeded;
  }
  const auto processed = static_cast<std::int64_t>(results.size());
  return http::json_response(
      200, {{"processed", processed}, {"succeeded", succeeded}, {"failed", processed - succeeded}, {"results", std::move(results)}});
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock) {
  const auto with = [&pool, &clock](auto handler) {
    return [&pool, &clock, handler](const Request& request) { return handler(pool, clock, request); };
  };
  std::vector<http::Endpoint> all{
      {Method::Get, "/api/v1/approvals/pending", Permission::ReadState, with(list)},
      {Method::Get, "/api/v1/approvals/pending/{queue_id}", Permission::ReadState, with(show)},
      {Method::Get, "/api/v1/approvals/selection", Permission::ReadState, with(select)},
      {Method::Post, "/api/v1/approvals/{queue_id}/approve", Permission::Decide, with(approve)},
      {Method::Post, "/api/v1/approvals/{queue_id}/break-glass", Permission::BreakGlass, with(break_glass)},
      {Method::Post, "/api/v1/approvals/{queue_id}/reject", Permission::Decide, with(reject)},
      {Method::Post, "/api/v1/approvals/{queue_id}/snooze", Permission::Decide, with(snooze)},
      {Method::Post, "/api/v1/approvals/batch", Permission::Decide, with(decide_many)},
  };
  for (http::Endpoint& endpoint : history_endpoints(pool)) all.push_back(std::move(endpoint));
  return all;
}

}  // namespace spm::approvals
