#include "app/api.hpp"

#include "queue/queue.hpp"

namespace spm::app {
namespace {

using access::Permission;
using http::Method;

// Gauges of the queue are read when somebody scrapes: they belong to the database, not to this process.
void refresh_queue_gauges(metrics::Metrics& metrics, db::Pool& pool) {
  db::Tx tx(pool);
  for (const auto& [status, items] : queue::count_items(tx)) metrics.set_queue_items(queue::to_string(status), static_cast<double>(items));
}

}  // namespace

std::vector<http::Endpoint> own_endpoints(metrics::Metrics& metrics, db::Pool& pool, std::string contract) {
  return {
      {Method::Get, "/api/v1/openapi.json", Permission::ReadState,
       [contract = std::move(contract)](const http::Request&) -> Result<http::Response> {
         return http::text_response(200, contract, "application/json");
       }},
      {Method::Get, "/metrics", Permission::ReadMetrics,
       [&metrics, &pool](const http::Request&) -> Result<http::Response> {
         refresh_queue_gauges(metrics, pool);
         return http::text_response(200, metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
       }},
  };
}

}  // namespace spm::app
