#include "app/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "app/api.hpp"
#include "app/upstreams.hpp"
#include "app/wiring.hpp"
#include "approvals/approvals.hpp"
#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/sync.hpp"
#include "checks/checks.hpp"
#include "cluster/cluster.hpp"
#include "configuration/configuration.hpp"
#include "cves/cves.hpp"
#include "db/db.hpp"
#include "engine/engine.hpp"
#include "engine/worker.hpp"
#include "health/health.hpp"
#include "http/answer_cache.hpp"
#include "http/idempotency.hpp"
#include "http/problem.hpp"
#include "http/request_limits.hpp"
#include "http/server.hpp"
#include "identity/identity.hpp"
#include "live/live.hpp"
#include "log/log.hpp"
#include "metrics/metrics.hpp"
#include "net/direct_network.hpp"
#include "notifications/notifications.hpp"
#include "overview/overview.hpp"
#include "queue/queue.hpp"
#include "retention/retention.hpp"
#include "scheduler/scheduler.hpp"
#include "scoring/scoring.hpp"
#include "systems/systems.hpp"

namespace spm::app {
namespace {

constexpr std::chrono::milliseconds kHttpGrace{2'000};
constexpr std::chrono::milliseconds kStepGrace{6'000};

template <class T>
void append(std::vector<T>& all, std::vector<T> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

net::CallObserver count_calls(metrics::Metrics& metrics) {
  return [&metrics](std::string_view upstream, std::string_view call, std::string_view outcome, std::chrono::microseconds duration) {
    metrics.count_upstream_call(upstream, call, outcome, duration);
    log::write(
        outcome == "ok" ? log::Level::Debug : log::Level::Warning, "upstream", "call",
        {{"upstream", upstream}, {"call", call}, {"outcome", outcome}, {"duration_ms", static_cast<double>(duration.count()) / 1000.0}});
  };
}

http::ExchangeObserver record_exchanges(metrics::Metrics& metrics) {
  return [&metrics](const http::Exchange& exchange) {
    metrics.count_http_request(http::to_string(exchange.method), exchange.route, exchange.status, exchange.duration);
    const auto usual = health::is_liveness(exchange.route) ? log::Level::Debug : log::Level::Info;  // balancers ask every second
    log::write(exchange.status >= 500 ? log::Level::Warning : usual, "http", "request",
               {{"method", http::to_string(exchange.method)},
                {"route", exchange.route},
                {"status", exchange.status},
                {"duration_ms", static_cast<double>(exchange.duration.count()) / 1000.0},
                {"actor", exchange.actor},
                {"from", exchange.remote_address}});
  };
}

std::optional<std::string> not_empty(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

// The lists that every open page and every program asks for again and again; see http/answer_cache.hpp for what that asks of them.
bool is_made_of_rows(const http::Endpoint& endpoint) {
  constexpr std::array<std::string_view, 6> kPaths{"/api/v1/queue",  "/api/v1/queue/stats",        "/api/v1/approvals/pending",
                                                   "/api/v1/errata", "/api/v1/errata/cache/stats", "/api/v1/overview"};
  return endpoint.method == http::Method::Get && std::find(kPaths.begin(), kPaths.end(), endpoint.path) != kPaths.end();
}

engine::Settings tuned(engine::Settings settings, const ServiceOptions& options) {
  if (options.tune_engine) options.tune_engine(settings);
  return settings;
}

}  // namespace

std::string_view program_version() { return SPM_VERSION; }

// Declaration order is start order; destruction runs backwards.
struct Service::Parts {
  Parts(const config::Settings& s, const Clock& c, ServiceOptions o)
      : settings(s),
        clock(c),
        options(o),
        pool(s.database.conninfo, s.database.pool_size),
        upstreams(s, c, count_calls(metrics)),
        engine_settings(tuned(engine_settings_from(s, o.time_factor), o)),
        configured(configuration_from(s)),
        weights(configured.score),
        sync{pool, c, {&upstreams.inventory(), upstreams.catalogue()}, sync_settings_from(s), rescore_changed(pool, c, weights)},
        prober(pool, c, upstreams.watched(), o.probe_interval),
        worker(pool, c, {upstreams.commands(), upstreams.fleet(), upstreams.metrics(), &network}, engine_settings, node.name, o.failpoint),
        scheduler(pool, c, {.node = node.name}, tasks()),
        membership(pool, c, node),
        dispatcher(make_dispatcher()),
        server(make_server(
            s.api.port, [this](http::Request& request) { return dispatcher.handle(request); },
            [](const http::Request& request) { return health::is_liveness(request.path); })),
        dashboard_server(make_dashboard_server()) {}

  std::vector<scheduler::Task> tasks() {
    std::vector<scheduler::Task> all = catalogue::tasks(sync);
    append(all, queue::tasks(pool, clock, weights));
    append(all, engine::tasks(pool, clock, engine_settings));
    append(all, engine::snapshot_tasks(pool, clock, engine_settings, upstreams.commands()));
    append(all, approvals::tasks(pool, clock, upstreams.fleet()));
    append(all, scoring::tasks(pool, clock, weights));
    append(all, cves::tasks(pool, clock, upstreams.cve_lists(), cve_places_from(settings)));
    append(all, identity::tasks(pool, clock));
    append(all, audit::tasks(pool, clock));
    append(all, health::tasks(pool, clock));
    append(all, retention::tasks(pool, clock));
    all.push_back({"forget_idempotency_keys", std::chrono::hours(1), [this](const std::stop_token&) { idempotency.delete_expired(); }});
    return all;
  }

  std::vector<http::Endpoint> endpoints(const http::Contract& contract) {
    const health::About about{std::string(program_version()), clock.now()};
    std::vector<http::Endpoint> all = health::endpoints(pool, clock, about, upstreams.watched());
    append(all, identity::endpoints(pool, clock, identity_settings_from(settings),
                                    single_sign_on_from(settings, upstreams.identity_provider())));
    append(all, catalogue::endpoints(pool, clock, configured_sources(settings)));
    append(all, catalogue::webhook_endpoints(pool, clock, configured_sources(settings), settings.spm_sync.webhook_secret));
    append(all, scoring::endpoints(pool, clock, weights));
    append(all, cves::endpoints(pool, clock, cve_places_from(settings)));
    append(all, queue::endpoints(pool, clock, weights));
    append(all, checks::endpoints(pool, clock));
    append(all, engine::endpoints(pool, clock, engine_settings));
    append(all, approvals::endpoints(pool, clock));
    append(all, cluster::endpoints(pool, clock));
    append(all, systems::endpoints(pool, clock, weights, settings.prometheus.node_exporter_port));
    append(all, overview::endpoints(pool, clock));
    append(all, live::endpoints(pool, clock, [this, detail = health::detail(pool, clock, about, upstreams.watched())] {
             return json::object{{"health", detail()}, {"cluster", cluster::state(pool, clock)}};
           }));
    append(all, notifications::endpoints(pool, clock));
    append(all, audit::endpoints(pool, clock));
    append(all, configuration::endpoints(pool, clock, configured, configuration_followers(pool, clock, weights)));
    append(all, own_endpoints(metrics, pool, clock, contract.text()));
    for (auto& endpoint : all) {
      endpoint = limits.limited(std::move(endpoint));
      if (is_made_of_rows(endpoint)) endpoint = answers.remembering(std::move(endpoint));
    }
    return all;
  }

  http::Dispatcher make_dispatcher() {
    auto contract = http::Contract::embedded();
    auto table = endpoints(contract);
    routes = table;
    if (const auto differences = contract.compare_routes(table); !differences.empty()) {
      throw std::logic_error(fmt::format("routes and contract differ: {}", fmt::join(differences, "; ")));
    }
    return http::Dispatcher(
        {.endpoints = std::move(table),
         .authenticate = limits.limited([this](const http::Request& request) { return authenticator.authenticate(request); }),
         .run_once = [this](
                         const http::Request& request, const std::string& key, std::string_view route,
                         const std::function<Result<http::Response>()>& work) { return idempotency.run_once(request, key, route, work); },
         .observer = record_exchanges(metrics),
         .answer_check = options.answer_check},
        std::move(contract), clock);
  }

  std::unique_ptr<http::Server> make_server(std::uint16_t port, http::Handler handler,
                                            std::function<bool(const http::Request&)> is_instant) {
    http::ServerOptions edge;
    edge.listen = {{settings.api.host, port}};
    edge.is_instant = std::move(is_instant);
    if (!settings.api.tls_certificate_file.empty()) edge.tls = http::TlsFiles{settings.api.tls_certificate_file, settings.api.tls_key_file};
    auto created = http::Server::create(std::move(edge), std::move(handler), http::edge_problem(clock));
    if (!created) throw std::runtime_error(created.error().message);
    return std::move(*created);
  }

  // A server of its own: programs that keep the API busy take no connection and no worker from the people at the dashboard. The API is
  // there too, so that a browser asks the address that its page came from.
  std::unique_ptr<http::Server> make_dashboard_server() {
    if (options.dashboard.empty()) return nullptr;
    const auto is_of_api = [](const http::Request& request) { return request.path.starts_with("/api/"); };
    return make_server(
        settings.api.dashboard_port,
        [this, is_of_api, files = http::StaticFiles(options.dashboard)](http::Request& request) {
          if (is_of_api(request)) return dispatcher.handle(request);
          return http::Reply{files.answer(request), {}, http::Delivery::Whole};
        },
        [is_of_api](const http::Request& request) { return !is_of_api(request) || health::is_liveness(request.path); });
  }

  const config::Settings settings;
  const Clock& clock;
  const ServiceOptions options;
  const cluster::Node node = cluster::this_node(std::string(program_version()));
  metrics::Metrics metrics;
  db::Pool pool;
  Upstreams upstreams;
  net::DirectNetwork network{address_policy_from(settings)};
  engine::Settings engine_settings;
  configuration::Document configured;
  scoring::Weights weights;
  catalogue::SyncContext sync;
  identity::Authenticator authenticator{
      pool, clock, identity_settings_from(settings),
      auth::ApiKeyAuthenticator{not_empty(settings.api.key), settings.secret_key, not_empty(settings.api.metrics_token)}};
  http::RequestLimits limits{request_rate_from(settings), attempt_rate_from(settings)};
  http::IdempotencyKeys idempotency{pool, clock};
  http::AnswerCache answers{pool, clock};
  health::Prober prober;
  engine::Worker worker;
  scheduler::Scheduler scheduler;
  cluster::Membership membership;
  cluster::Doorbell doorbell{pool.conninfo(), [this] {
                               worker.wake();
                               scheduler.wake();
                             }};
  std::vector<http::Endpoint> routes;
  http::Dispatcher dispatcher;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::Server> dashboard_server;  // null: no dashboard
};

Service::Service(const config::Settings& settings, const Clock& clock, ServiceOptions options)
    : parts_(std::make_unique<Parts>(settings, clock, options)) {}

Service::~Service() { stop(); }

void Service::start() {
  parts_->prober.start();
  parts_->worker.start();
  parts_->scheduler.start();
  parts_->server->start();
  if (parts_->dashboard_server) parts_->dashboard_server->start();
  parts_->membership.start(port());
  parts_->doorbell.start();
  log::info(
      "app", "started",
      {{"node", parts_->node.name}, {"version", program_version()}, {"port", port()}, {"dashboard_port", dashboard_port().value_or(0)}});
}

void Service::stop() {
  if (parts_->dashboard_server) parts_->dashboard_server->stop(kHttpGrace);
  parts_->server->stop(kHttpGrace);
  parts_->doorbell.stop();
  parts_->prober.stop();
  parts_->scheduler.stop();
  if (!parts_->worker.stop(kStepGrace)) {
    log::warning("app",
                 "steps are still waiting for an upstream; another orchestrator, or the next start, goes on when their leases have run out",
                 {{"node", parts_->node.name}});
  }
  parts_->membership.stop();
}

const std::vector<http::Endpoint>& Service::endpoints() const { return parts_->routes; }
http::Reply Service::handle(http::Request& request) const { return parts_->dispatcher.handle(request); }

std::uint16_t Service::port() const { return parts_->server->port(); }

std::optional<std::uint16_t> Service::dashboard_port() const {
  return parts_->dashboard_server ? std::optional(parts_->dashboard_server->port()) : std::nullopt;
}

}  // namespace spm::app
