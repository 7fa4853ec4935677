#include <fmt/format.h>

#include "catalogue/catalogue.hpp"
#include "health/health.hpp"
#include "health/health_sql.hpp"
#include "log/log.hpp"
#include "queue/queue.hpp"

namespace spm::health {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

constexpr std::string_view kApp = "spm-orchestrator";
constexpr std::string_view kHealth = "/api/v1/health";
constexpr std::string_view kLive = "/api/v1/health/live";

// What the endpoints need to know about the process; copied into each of them.
struct Context {
  db::Pool& pool;
  const Clock& clock;
  About about;
  std::vector<Watched> upstreams;
};

json::object component_answer(const Component& component, Time now) {
  json::object answer{{"status", to_string(component.status)}};
  if (!component.url.empty()) answer["url"] = component.url;
  if (!component.message.empty()) answer["message"] = component.message;
  answer["latency_ms"] = component.latency_ms ? json::value(*component.latency_ms) : json::value(nullptr);
  if (!component.version.empty()) answer["version"] = component.version;
  if (component.checked_at) {
    answer["checked_at"] = format_time(*component.checked_at);
    answer["age_seconds"] = std::max(0.0, std::chrono::duration<double>(now - *component.checked_at).count());
  }
  return answer;
}

Component stored(const db::Row& row) {
  Component component;
  component.status = parse_component_status(row.text("status"));
  component.url = row.text("url");
  component.message = row.text("message");
  component.version = row.text("version");
  component.latency_ms = row.real_or_null("latency_ms");
  component.checked_at = row.time("checked_at");
  return component;
}

// A source that answers its probe but whose last sync failed is not well: what it told could not be used.
Component with_sync(Component component, const catalogue::SourceState& state) {
  if (component.status != ComponentStatus::Connected || !state.last_error) return component;
  component.status = ComponentStatus::Error;
  component.message = fmt::format("reachable, but the last sync failed: {}", *state.last_error);
  return component;
}

std::map<std::string, Component> read_components(db::Tx& tx, const Context& context, Time now) {
  std::map<std::string, Component> components;
  for (const auto& upstream : context.upstreams) {
    components[upstream.name].url = upstream.url;
    if (upstream.probe == nullptr) components[upstream.name].status = ComponentStatus::Disabled;
  }
  for (const auto row : tx.execute(sql::list_probes)) {
    const auto known = components.find(row.text("upstream"));
    if (known != components.end() && known->second.status != ComponentStatus::Disabled) known->second = stored(row);
  }
  for (auto& [name, component] : components) component = judge(std::move(component), now);
  return components;
}

struct Report {
  Component database;
  std::map<std::string, Component> upstreams;
  json::object queue_stats;
  std::optional<Time> last_sync;
};

void read_database(Report& report, const Context& context, Time now) {
  const auto begin = std::chrono::steady_clock::now();
  db::Tx tx(context.pool);
  report.database.version = tx.execute(sql::ping)[0].text("version");
  report.database.latency_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  report.database.status = ComponentStatus::Connected;
  report.upstreams = read_components(tx, context, now);
  for (const auto& state : catalogue::source_states(tx)) {
    const auto name = std::string(catalogue::to_string(state.source));
    if (report.upstreams.contains(name)) report.upstreams[name] = with_sync(report.upstreams[name], state);
    if (state.last_success && (!report.last_sync || *state.last_success > *report.last_sync)) report.last_sync = state.last_success;
  }
  for (const auto& [status, items] : queue::count_items(tx)) report.queue_stats[queue::to_string(status)] = items;
}

Report make_report(const Context& context, Time now) {
  Report report;
  try {
    read_database(report, context, now);
  } catch (const db::DatabaseError& error) {
    log::error("health", "the database does not answer", {{"error", error.what()}});
    report.database.status = ComponentStatus::Unavailable;
    report.database.message = "the database does not answer; the log says why";
    for (const auto& upstream : context.upstreams)
      report.upstreams[upstream.name] = {.url = upstream.url, .message = "not known without the database"};
  }
  report.database.checked_at = now;
  return report;
}

int http_status_of(std::string_view overall_status) {
  if (overall_status == "healthy") return 200;
  return overall_status == "degraded" ? 207 : 503;
}

json::object detail(const Context& context) {
  const auto now = context.clock.now();
  const auto report = make_report(context, now);
  std::vector<Component> upstreams;
  json::object components{{"database", component_answer(report.database, now)}};
  for (const auto& [name, component] : report.upstreams) {
    upstreams.push_back(component);
    components[name] = component_answer(component, now);
  }
  return {{"status", overall(report.database.status == ComponentStatus::Connected, upstreams)},
          {"version", context.about.version},
          {"app", kApp},
          {"uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(now - context.about.started_at).count()},
          {"started_at", format_time(context.about.started_at)},
          {"components", std::move(components)},
          {"queue_stats", report.queue_stats},
          {"last_sync", report.last_sync ? json::value(format_time(*report.last_sync)) : json::value(nullptr)}};
}

Result<Response> show_detail(const Context& context) {
  json::object body = detail(context);
  const auto status = http_status_of(body.at("status").as_string());
  return http::json_response(status, std::move(body));
}

// The schema was complete when the process started; that the database answers is what can change.
Result<Response> show_ready(const Context& context) {
  try {
    db::Tx tx(context.pool);
    tx.execute(sql::ping);
    return http::json_response(200, json::object{{"status", "ready"}});
  } catch (const db::DatabaseError& error) {
    log::warning("health", "not ready: the database does not answer", {{"error", error.what()}});
    return fail(ErrorCode::ServiceUnavailable, "not ready: the database does not answer");
  }
}

}  // namespace

bool is_liveness(std::string_view path) { return path == kHealth || path == kLive; }

std::function<json::object()> detail(db::Pool& pool, const Clock& clock, const About& about, const std::vector<Watched>& upstreams) {
  return [context = Context{pool, clock, about, upstreams}] { return detail(context); };
}

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const About& about, const std::vector<Watched>& upstreams) {
  const Context context{pool, clock, about, upstreams};
  const json::object alive{{"status", "healthy"}, {"version", about.version}, {"app", kApp}};
  return {
      {Method::Get, kHealth, Permission::Open, [alive](const Request&) -> Result<Response> { return http::json_response(200, alive); }},
      {Method::Get, kLive, Permission::Open,
       [](const Request&) -> Result<Response> {
         return http::json_response(200, json::object{{"status", "alive"}});
       }},
      {Method::Get, "/api/v1/health/ready", Permission::Open, [context](const Request&) { return show_ready(context); }},
      {Method::Get, "/api/v1/health/detail", Permission::ReadState, [context](const Request&) { return show_detail(context); }},
  };
}

}  // namespace spm::health
