// GET /cluster: nodes, what they hold, the periodic jobs, and how much data there is.

#include <algorithm>

#include "base/json_write.hpp"
#include "cluster/cluster.hpp"
#include "cluster/cluster_sql.hpp"
#include "cluster/rules.hpp"
#include "configuration/configuration.hpp"
#include "engine/engine.hpp"
#include "health/health.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::cluster {
namespace {

json::array nodes_json(db::Tx& tx, const std::vector<engine::HeldRun>& held, Time now) {
  json::array nodes;
  for (const db::Row row : tx.execute(sql::list_nodes)) {
    const auto name = row.text("name");
    const auto leases = std::count_if(held.begin(), held.end(), [&](const auto& run) { return run.owner == name; });
    nodes.push_back({{"name", name},
                     {"host", row.text("host")},
                     {"pid", row.integer("pid")},
                     {"version", row.text("version")},
                     {"api_port", row.integer("api_port")},
                     {"state", to_string(state_of(row.time("seen_at"), row.time_or_null("stopped_at"), now))},
                     {"started_at", format_time(row.time("started_at"))},
                     {"seen_at", format_time(row.time("seen_at"))},
                     {"leases", leases}});
  }
  return nodes;
}

json::array leases_json(const std::vector<engine::HeldRun>& held) {
  json::array leases;
  for (const auto& run : held) {
    leases.push_back(
        {{"test_id", run.test.value}, {"phase", run.phase}, {"node", run.owner}, {"until", format_time(run.until)}, {"fence", run.fence}});
  }
  return leases;
}

json::array jobs_json(db::Tx& tx) {
  json::array jobs;
  for (const auto& job : scheduler::jobs(tx)) {
    jobs.push_back({{"name", job.name},
                    {"interval_seconds", std::chrono::duration<double>(job.interval).count()},
                    {"next_run_at", format_time(job.next_run_at)},
                    {"running_on", or_null(job.claimed_by)},
                    {"claimed_until", or_null(job.claimed_until)},
                    {"last_started_at", or_null(job.last_started_at)},
                    {"last_finished_at", or_null(job.last_finished_at)},
                    {"last_result", or_null(job.last_result)},
                    {"last_error", or_null(job.last_error)}});
  }
  return jobs;
}

// How many days a kind of data is kept; null: for ever.
json::value kept_days(const configuration::Retention& policy, const std::string& kind) {
  if (kind == "evidence") return policy.evidence_days;
  if (kind == "events") return policy.events_days;
  if (kind == "sync_runs") return policy.sync_runs_days;
  return nullptr;
}

json::array data_json(db::Tx& tx) {
  const auto policy = configuration::current(tx).retention;
  json::array data;
  for (const auto& size : health::data_sizes(tx)) {
    data.push_back({{"kind", size.kind},
                    {"entries", size.entries},
                    {"bytes", size.bytes},
                    {"oldest_at", or_null(size.oldest_at)},
                    {"kept_days", kept_days(policy, size.kind)},
                    {"measured_at", format_time(size.measured_at)}});
  }
  return data;
}

}  // namespace

json::object state(db::Pool& pool, const Clock& clock) {
  db::Tx tx(pool);
  const auto now = clock.now();
  const auto held = engine::held_runs(tx);
  return {{"nodes", nodes_json(tx, held, now)}, {"leases", leases_json(held)}, {"periodic_jobs", jobs_json(tx)}, {"data", data_json(tx)}};
}

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock) {
  return {{http::Method::Get, "/api/v1/cluster", access::Permission::ReadState,
           [&pool, &clock](const http::Request&) -> Result<http::Response> { return http::json_response(200, state(pool, clock)); }}};
}

}  // namespace spm::cluster
