#include "app/api.hpp"

#include "health/health.hpp"
#include "queue/queue.hpp"

namespace spm::app {

std::string_view embedded_text(std::string_view name);  // generated from src/app/docs

namespace {

using access::Permission;
using http::Method;

// The page that shows the contract loads its own script and style and the contract beside it, nothing else.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

http::Endpoint asset(std::string_view path, std::string_view name, std::string_view content_type) {
  return {Method::Get, path, Permission::ReadState, [name, content_type](const http::Request&) -> Result<http::Response> {
            auto response = http::text_response(200, std::string(embedded_text(name)), content_type);
            response.headers.emplace("Content-Security-Policy", kPagePolicy);
            return response;
          }};
}

// Gauges are read when somebody scrapes: they belong to the database, not to this process.
void refresh_gauges(metrics::Metrics& metrics, db::Pool& pool, Time now) {
  db::Tx tx(pool);
  for (const auto& figure : health::figures(tx, now)) metrics.set_figure(figure.name, figure.label, figure.value);
  for (const auto& [status, items] : queue::count_items(tx)) metrics.set_queue_items(queue::to_string(status), static_cast<double>(items));
}

}  // namespace

std::vector<http::Endpoint> own_endpoints(metrics::Metrics& metrics, db::Pool& pool, const Clock& clock, std::string contract) {
  return {
      {Method::Get, "/api/v1/openapi.json", Permission::ReadState,
       [contract = std::move(contract)](const http::Request&) -> Result<http::Response> {
         return http::text_response(200, contract, "application/json");
       }},
      asset("/api/v1/docs", "docs.html", "text/html; charset=utf-8"),
      asset("/api/v1/docs/docs.css", "docs.css", "text/css; charset=utf-8"),
      asset("/api/v1/docs/docs.js", "docs.js", "text/javascript; charset=utf-8"),
      {Method::Get, "/metrics", Permission::ReadMetrics,
       [&metrics, &pool, &clock](const http::Request&) -> Result<http::Response> {
         refresh_gauges(metrics, pool, clock.now());
         return http::text_response(200, metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
       }},
  };
}

}  // namespace spm::app
