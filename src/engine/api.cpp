// The endpoints of test execution. They touch PostgreSQL alone: a start writes a row, the workers do the rest.

#include <fmt/format.h>

#include <charconv>

#include "access/scope.hpp"
#include "engine/batch.hpp"
#include "engine/engine.hpp"
#include "engine/engine_sql.hpp"
#include "engine/events.hpp"
#include "engine/evidence.hpp"
#include "engine/group.hpp"
#include "engine/interventions.hpp"
#include "engine/overview.hpp"
#include "http/field_errors.hpp"
#include "http/message.hpp"
#include "http/page.hpp"

namespace spm::engine {
namespace {

struct Wiring {
  db::Pool& pool;
  const Clock& clock;
  Settings settings;
};

queue::Acting acting_of(const Wiring& wiring, const http::Request& request) {
  return {request.principal.actor, request.remote_address, wiring.clock.now()};
}

const json::object& body_of(const http::Request& request) {
  static const json::object kNothing;
  return request.json_body.is_object() ? request.json_body.get_object() : kNothing;
}

std::string text_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flag_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

template <class Id>
std::optional<Id> id_param(const http::Request& request, std::string_view name) {
  const auto text = request.query_param(std::string(name));
  if (!text) return std::nullopt;
  Id id;
  std::from_chars(text->data(), text->data() + text->size(), id.value);
  return id;
}

TestId test_in(const http::Request& request) { return TestId{request.path_id()}; }

std::optional<std::int64_t> integer_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

StartOrder order_in(const json::object& body) {
  StartOrder order;
  if (const auto id = integer_in(body, "queue_id")) order.item = QueueId{*id};
  if (const auto id = integer_in(body, "system_id")) order.system = SystemId{*id};
  if (const auto* os = body.if_contains("target_os"); os != nullptr && os->is_string()) order.target_os = std::string(os->get_string());
  if (const auto* config = body.if_contains("test_config"); config != nullptr && config->is_object())
    order.test_config = config->get_object();
  return order;
}

json::object to_json(const catalogue::System& system) { return {{"id", system.id.value}, {"name", system.name}, {"ip", system.ip}}; }

json::object to_json(const Started& started) {
  return {{"test_id", started.test.value},
          {"queue_id", started.item.value},
          {"errata_id", started.erratum.value},
          {"status", "running"},
          {"current_phase", to_string(Phase::PreCheck)},
          {"test_system", to_json(started.system)},
          {"started_at", format_time(started.started_at)},
          {"estimated_duration_minutes", started.estimated_duration.count()}};
}

// The first run, as when there is only one, and what became of the other systems.
json::object to_json(const StartedOnAll& started) {
  auto answer = to_json(started.runs.front());
  json::array runs;
  for (const auto& run : started.runs) runs.push_back(json::object{{"test_id", run.test.value}, {"test_system", to_json(run.system)}});
  json::array waiting;
  for (const auto& system : started.waiting) waiting.push_back(to_json(system));
  json::array skipped;
  for (const auto& one : started.skipped) skipped.push_back(json::object{{"test_system", to_json(one.system)}, {"reason", one.reason}});
  answer["runs"] = std::move(runs);
  answer["waiting_systems"] = std::move(waiting);
  answer["skipped_systems"] = std::move(skipped);
  return answer;
}

// What is out of the caller's sight does not exist for the caller. `statement` is one of sees_*.
bool sees(db::Tx& tx, const http::Request& request, const db::Statement& statement, std::int64_t id) {
  const auto scope = access::filter_of(request.principal.scope);
  if (!scope) return true;
  const auto rows = tx.execute(statement, {id, scope});
  return !rows.empty() && rows[0].boolean("sees");
}

tl::unexpected<Error> nothing_there(std::string_view what, std::int64_t id) {
  return fail(ErrorCode::NotFound, fmt::format("{} {} does not exist", what, id));
}

tl::unexpected<Error> wrong_field(const std::string& field, const std::string& problem) {
  http::FieldErrors errors;
  errors.add(field, problem);
  return tl::unexpected(errors.to_error());
}

// Whoever sees a part says which item: the first of the queue may be one that they do not see.
Result<void> may_start(db::Tx& tx, const http::Request& request, const StartOrder& order) {
  if (request.principal.scope.is_everything()) return {};
  if (!order.item) return wrong_field("queue_id", "is needed by a caller with a scope");
  if (!sees(tx, request, sql::sees_item, order.item->value)) return nothing_there("queue item", order.item->value);
  if (order.system && !sees(tx, request, sql::sees_system, order.system->value)) return nothing_there("system", order.system->value);
  return {};
}

// The commands of checks run as root, and their addresses are asked by the orchestrator: who brings one along needs the right of who saves
// one.
Result<void> may_configure(const http::Request& request, const json::object& test_config) {
  const auto* checks = test_config.if_contains("custom_checks");
  const bool has_checks = checks != nullptr && checks->is_array() && !checks->get_array().empty();
  if (!has_checks || access::may(request.principal, access::Permission::ManageChecks)) return {};
  return fail(ErrorCode::Forbidden,
              fmt::format("{} may not bring custom_checks along: their commands run as root, which needs the permission {}",
                          request.principal.actor, access::to_string(access::Permission::ManageChecks)));
}

template <class Start>
Result<http::Response> answer_start(const Wiring& wiring, const http::Request& request, const StartOrder& order, Start start) {
  if (const auto allowed = may_configure(request, order.test_config); !allowed) return tl::unexpected(allowed.error());
  db::Tx tx(wiring.pool);
  if (const auto allowed = may_start(tx, request, order); !allowed) return tl::unexpected(allowed.error());
  const auto started = start(tx, wiring.settings, order, acting_of(wiring, request));
  if (!started) return tl::unexpected(started.error());
  tx.commit();
  return http::json_response(201, to_json(*started));
}

// POST /test/start
Result<http::Response> start_test(const Wiring& wiring, const http::Request& request) {
  const auto order = order_in(body_of(request));
  if (!flag_in(body_of(request), "test_on_all")) return answer_start(wiring, request, order, start);
  if (order.system) return wrong_field("system_id", "says one system, test_on_all says all of them");
  return answer_start(wiring, request, order, start_on_all);
}

Result<http::Response> answer(db::Tx& tx, const Result<json::object>& body, int status = 200) {
  if (!body) return tl::unexpected(body.error());
  tx.commit();
  return http::json_response(status, *body);
}

// GET /test/{id}, GET /tests/{id}
Result<http::Response> show_test(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  if (!sees(tx, request, sql::sees_test, test_in(request).value)) return nothing_there("test", test_in(request).value);
  return answer(tx, status_json(tx, test_in(request), wiring.clock.now()));
}

// GET /test/{id}/result
Result<http::Response> show_result(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  if (!sees(tx, request, sql::sees_test, test_in(request).value)) return nothing_there("test", test_in(request).value);
  return answer(tx, result_json(tx, test_in(request)));
}

// GET /test/{id}/evidence
Result<http::Response> show_evidence(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  if (!sees(tx, request, sql::sees_test, test_in(request).value)) return nothing_there("test", test_in(request).value);
  return answer(tx, evidence_json(tx, test_in(request)));
}

// "Last-Event-ID" is what a browser sends when it comes back; the contract has checked both.
std::int64_t last_seen(const http::Request& request) {
  const auto text = request.header("Last-Event-ID").value_or(request.query_param("after").value_or("0"));
  std::int64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

// GET /test/{id}/events
Result<http::Response> show_events(const Wiring& wiring, const http::Request& request) {
  const auto accepted = request.header("Accept").value_or("");
  {
    db::Tx tx(wiring.pool);
    if (!sees(tx, request, sql::sees_test, test_in(request).value)) return nothing_there("test", test_in(request).value);
  }
  if (accepted.find("text/event-stream") != std::string::npos) return live_events(wiring.pool, test_in(request), last_seen(request));
  db::Tx tx(wiring.pool);
  return answer(tx, events_after(tx, test_in(request), last_seen(request)));
}

// POST /test/{id}/abort
Result<http::Response> abort(const Wiring& wiring, const http::Request& request) {
  const auto& body = body_of(request);
  db::Tx tx(wiring.pool);
  if (!sees(tx, request, sql::sees_test, test_in(request).value)) return nothing_there("test", test_in(request).value);
  return answer(tx, abort_test(tx, {test_in(request), text_in(body, "reason"), flag_in(body, "skip_rollback")}, acting_of(wiring, request)),
                202);
}

// POST /test/{id}/force-end
Result<http::Response> end_by_force(const Wiring& wiring, const http::Request& request) {
  const auto reason = text_in(body_of(request), "reason");
  if (reason.find_first_not_of(" \t\r\n") == std::string::npos) return wrong_field("reason", "must say why");
  db::Tx tx(wiring.pool);
  if (!sees(tx, request, sql::sees_test, test_in(request).value)) return nothing_there("test", test_in(request).value);
  return answer(tx, force_end(tx, wiring.settings, test_in(request), reason, acting_of(wiring, request)));
}

// GET /tests
Result<http::Response> list_tests(const Wiring& wiring, const http::Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  TestFilter filter;
  filter.status = request.query_param("status");
  filter.result = request.query_param("result");
  filter.target_os = request.query_param("os");
  filter.system = id_param<SystemId>(request, "system_id");
  filter.item = id_param<QueueId>(request, "queue_id");
  if (auto name = request.query_param("errata_id")) filter.erratum = AdvisoryName{*std::move(name)};
  filter.scope = access::filter_of(request.principal.scope);
  db::Tx tx(wiring.pool);
  return answer(tx, list_json(tx, filter, *page, wiring.clock.now()));
}

// GET /tests/status
Result<http::Response> show_engine(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  return answer(tx, engine_status_json(tx, access::filter_of(request.principal.scope), wiring.clock.now()));
}

// ---------------------------------------------------------------- batches

BatchId batch_in(const http::Request& request) { return BatchId{request.path_id()}; }

// POST /tests/batch
Result<http::Response> start_batch(const Wiring& wiring, const http::Request& request) {
  const auto& body = body_of(request);
  BatchOrder order;
  if (const auto* ids = body.if_contains("queue_ids"); ids != nullptr && ids->is_array()) {
    for (const auto& id : ids->get_array()) order.items.push_back(QueueId{id.to_number<std::int64_t>()});
  }
  const auto one = order_in(body);
  order.target_os = one.target_os;
  order.test_config = one.test_config;
  order.limit = integer_in(body, "limit").value_or(order.limit);
  order.stop_on_failure = flag_in(body, "stop_on_failure");
  order.bisect = flag_in(body, "bisect");
  if (order.bisect && order.stop_on_failure)
    return wrong_field("stop_on_failure", "cannot be combined with bisect, which goes on with halves");
  if (!order.items.empty() && order.target_os) return wrong_field("target_os", "cannot be given together with queue_ids");
  if (const auto allowed = may_configure(request, order.test_config); !allowed) return tl::unexpected(allowed.error());
  db::Tx tx(wiring.pool);
  if (order.items.empty() && !request.principal.scope.is_everything())
    return wrong_field("queue_ids", "are needed by a caller with a scope");
  for (const auto item : order.items) {
    if (!sees(tx, request, sql::sees_item, item.value)) return nothing_there("queue item", item.value);
  }
  return answer(tx, create_batch(tx, wiring.settings, order, acting_of(wiring, request)), 201);
}

// GET /tests/batch
Result<http::Response> list_batches(const Wiring& wiring, const http::Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  db::Tx tx(wiring.pool);
  return answer(tx, batches_json(tx, *page, access::filter_of(request.principal.scope)));
}

// GET /tests/batch/{id}/status
Result<http::Response> show_batch(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  if (!sees(tx, request, sql::sees_batch, batch_in(request).value)) return nothing_there("batch", batch_in(request).value);
  return answer(tx, batch_json(tx, batch_in(request)));
}

// POST /tests/batch/{id}/cancel
Result<http::Response> stop_batch(const Wiring& wiring, const http::Request& request) {
  const auto& body = body_of(request);
  db::Tx tx(wiring.pool);
  if (!sees(tx, request, sql::sees_batch, batch_in(request).value)) return nothing_there("batch", batch_in(request).value);
  return answer(tx,
                cancel_batch(tx, {batch_in(request), text_in(body, "reason"), flag_in(body, "abort_running")}, acting_of(wiring, request)));
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Settings& settings) {
  const auto wired = [wiring = Wiring{pool, clock, settings}](auto handle) {
    return [wiring, handle](const http::Request& request) { return handle(wiring, request); };
  };
  using enum http::Method;
  using access::Permission;
  return {{Post, "/api/v1/test/start", Permission::RunTests, wired(start_test)},
          {Get, "/api/v1/test/{id}", Permission::ReadState, wired(show_test)},
          {Get, "/api/v1/test/{id}/result", Permission::ReadState, wired(show_result)},
          {Get, "/api/v1/test/{id}/evidence", Permission::ReadState, wired(show_evidence)},
          {Get, "/api/v1/test/{id}/events", Permission::ReadState, wired(show_events)},
          {Post, "/api/v1/test/{id}/abort", Permission::RunTests, wired(abort)},
          {Post, "/api/v1/test/{id}/force-end", Permission::ForceEnd, wired(end_by_force)},
          {Get, "/api/v1/tests", Permission::ReadState, wired(list_tests)},
          {Get, "/api/v1/tests/status", Permission::ReadState, wired(show_engine)},
          {Get, "/api/v1/tests/{id}", Permission::ReadState, wired(show_test)},
          {Get, "/api/v1/tests/batch", Permission::ReadState, wired(list_batches)},
          {Post, "/api/v1/tests/batch", Permission::RunTests, wired(start_batch)},
          {Get, "/api/v1/tests/batch/{id}/status", Permission::ReadState, wired(show_batch)},
          {Post, "/api/v1/tests/batch/{id}/cancel", Permission::RunTests, wired(stop_batch)}};
}

}  // namespace spm::engine
