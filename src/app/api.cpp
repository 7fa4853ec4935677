#include "app/api.hpp"

#include "health/health.hpp"
#include "queue/queue.hpp"

namespace spm::app {
namespace {

using access::Permission;
using http::Method;

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
      {Method::Get, "/metrics", Permission::ReadMetrics,
       [&metrics, &pool, &clock](const http::Request&) -> Result<http::Response> {
         refresh_gauges(metrics, pool, clock.now());
         return http::text_response(200, metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
       }},
  };
}

}  // namespace spm::app
