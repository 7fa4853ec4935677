// The endpoints of test execution. They touch PostgreSQL alone: a start writes a row, the workers do the rest.

#include <charconv>

#include "engine/engine.hpp"
#include "engine/evidence.hpp"
#include "http/message.hpp"

namespace spm::engine {
namespace {

struct Wiring {
  db::Pool& pool;
  const Clock& clock;
  Settings settings;
};

TestId test_in(const http::Request& request) {
  const auto& text = request.path_params.at("id");
  TestId test;
  std::from_chars(text.data(), text.data() + text.size(), test.value);
  return test;
}

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

// POST /test/start
Result<http::Response> start_test(const Wiring& wiring, const http::Request& request) {
  const auto body = request.json_body.is_object() ? request.json_body.get_object() : json::object{};
  db::Tx tx(wiring.pool);
  const auto started = start(tx, wiring.settings, order_in(body), {request.actor, request.remote_address, wiring.clock.now()});
  if (!started) return tl::unexpected(started.error());
  tx.commit();
  const auto& system = started->system;
  return http::json_response(201, json::object{{"test_id", started->test.value},
                                               {"queue_id", started->item.value},
                                               {"errata_id", started->erratum.value},
                                               {"status", "running"},
                                               {"current_phase", to_string(Phase::PreCheck)},
                                               {"test_system", {{"id", system.id.value}, {"name", system.name}, {"ip", system.ip}}},
                                               {"started_at", format_time(started->started_at)},
                                               {"estimated_duration_minutes", started->estimated_duration.count()}});
}

Result<http::Response> answer(db::Tx& tx, const Result<json::object>& body) {
  if (!body) return tl::unexpected(body.error());
  tx.commit();
  return http::json_response(200, *body);
}

// GET /test/{id}
Result<http::Response> show_test(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  return answer(tx, status_json(tx, test_in(request), wiring.clock.now()));
}

// GET /test/{id}/result
Result<http::Response> show_result(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  return answer(tx, result_json(tx, test_in(request)));
}

// GET /test/{id}/evidence
Result<http::Response> show_evidence(const Wiring& wiring, const http::Request& request) {
  db::Tx tx(wiring.pool);
  return answer(tx, evidence_json(tx, test_in(request)));
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
          {Get, "/api/v1/test/{id}/evidence", Permission::ReadState, wired(show_evidence)}};
}

}  // namespace spm::engine
