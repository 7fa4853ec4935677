#include <fmt/format.h>

#include <cstdio>

#include "app/service.hpp"
#include "cli/commands.hpp"
#include "cli/dashboard.hpp"
#include "cli/settings.hpp"
#include "cli/signals.hpp"
#include "cli/supervisor.hpp"
#include "db/database_clock.hpp"
#include "db/migrate.hpp"
#include "log/log.hpp"
#include "net/http_client.hpp"

namespace spm::cli {
namespace {

// Through the real door: socket, TLS, edge. Whatever it answers, it answers. Its certificate is our own, so nobody needs to vouch for it.
bool answers(const config::ApiSettings& api, std::uint16_t port) {
  const bool is_everywhere = api.host == "0.0.0.0" || api.host == "::";
  const auto host = is_everywhere ? "127.0.0.1" : api.host.find(':') == std::string::npos ? api.host : "[" + api.host + "]";
  net::HttpClientOptions options;
  options.connect_timeout = options.total_timeout = std::chrono::seconds(5);
  options.verify_tls = false;
  const net::HttpClient client(options);
  net::HttpRequest request;
  request.url = fmt::format("{}://{}:{}/api/v1/health/live", api.tls_certificate_file.empty() ? "http" : "https", host, port);
  return client.send(request, ErrorCode::ServiceUnavailable).has_value();
}

}  // namespace

int serve(const Common& common) {
  const auto settings = load_settings(common, config::Purpose::Serve);
  if (!settings) return 2;
  const auto is_complete = db::check_schema(settings->database.conninfo);
  if (!is_complete || !*is_complete) {
    const auto why =
        is_complete ? std::string("the database's schema is not complete; run 'spm-orchestrator migrate'") : is_complete.error().message;
    log::error("app", "not started", {{"reason", why}});
    std::fprintf(stderr, "spm-orchestrator: %s\n", why.c_str());
    return 1;
  }
  const db::DatabaseClock clock(settings->database.conninfo);
  app::Service service(*settings, clock, {.dashboard = dashboard_assets()});
  service.start();
  const Supervisor supervisor;
  supervisor.ready(fmt::format("API on port {}", service.port()));
  for (;;) {
    const auto signal = wait_for_signal(supervisor.beat().value_or(std::chrono::hours(1)));
    if (signal == Signal::Reopen) log::reopen();
    if (signal == Signal::Stop) break;
    supervisor.beat_if([&] { return answers(settings->api, service.port()); });
  }
  log::info("app", "stopping");
  supervisor.stopping();
  service.stop();
  log::info("app", "stopped");
  return 0;
}

}  // namespace spm::cli
