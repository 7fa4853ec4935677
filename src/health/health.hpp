#pragma once
// Is the orchestrator well, and what it needs? Probes run on their own threads and store rows; the API shows the last row with its age.
//
// app/ creates one Prober a node; it starts with start() and stops with stop(). The endpoints touch only PostgreSQL.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "health/rules.hpp"
#include "http/endpoint.hpp"
#include "ports/health.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::health {

// One upstream under watch. `probe` is null when the configuration leaves it out: shown as "disabled".
struct Watched {
  std::string name;  // "uyuni", "salt", "spm_sync", "prometheus"
  std::string url;   // without credentials
  ports::UpstreamProbe* probe = nullptr;
};

class Prober {
 public:
  // Probes at once and then every `interval`, each upstream on a thread of its own: a hanging one delays no other.
  Prober(db::Pool& pool, const Clock& clock, std::vector<Watched> watched, std::chrono::milliseconds interval = std::chrono::seconds(10));
  ~Prober();

  void start();
  void stop();

 private:
  void watch(const Watched& upstream, const std::stop_token& stop);
  void probe_once(const Watched& upstream);

  db::Pool& pool_;
  const Clock& clock_;
  std::vector<Watched> watched_;
  std::chrono::milliseconds interval_;
  std::vector<std::jthread> threads_;
};

// How much is kept of one kind: evidence (by test run), events, sync_runs, audit. Measured by a job.
struct DataSize {
  std::string kind;
  std::int64_t entries = 0;
  std::int64_t bytes = 0;  // with indexes
  std::optional<Time> oldest_at;
  Time measured_at;
};
[[nodiscard]] std::vector<DataSize> data_sizes(db::Tx& tx);

// What the database of an installation says about how it is set up: for `check`.
struct Installation {
  bool is_superuser = false;
  bool can_change_audit = false;
  std::int64_t test_systems = 0;
  std::int64_t quarantined = 0;
  std::optional<Time> last_sync_at;
  std::int64_t database_bytes = 0;
  Time server_time;
  std::optional<Time> audit_looked_at;  // the last periodic proof of the audit chain
  std::string audit_problem;            // what it found; empty: nothing
  std::string failed_jobs;              // whose last run failed, with what they said
  std::string failed_cve_lists;         // whose last import failed, with why
  std::string cve_lists;                // that were imported, with their days; empty: none
  std::vector<DataSize> data;
};

struct Finding {
  std::string name;
  bool is_well = false;
  std::string text;  // when it is not well: what to do
};

// Throws DatabaseError.
[[nodiscard]] Installation look_at(db::Connection& connection);
// Pure.
[[nodiscard]] std::vector<Finding> judge(const Installation& installation, Time now);

// What /metrics shows of the database: "spm_upstream_up" of "salt" is 1. The label is empty where there is none.
struct Figure {
  std::string name;
  std::string label;
  double value = 0;
};
[[nodiscard]] std::vector<Figure> figures(db::Tx& tx, Time now);

// Measures what costs too much for every scrape: sizes, and what production systems miss. Replaces what was measured before.
void measure(db::Pool& pool, Time now);

[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock);

struct About {
  std::string version;
  Time started_at;
};

// Whether the path is one of those that only say "this process runs" and touch nothing.
[[nodiscard]] bool is_liveness(std::string_view path);

// What GET /health/detail answers, made anew by each call. A database that does not answer is part of it.
[[nodiscard]] std::function<json::object()> detail(db::Pool& pool, const Clock& clock, const About& about,
                                                   const std::vector<Watched>& upstreams);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const About& about,
                                                    const std::vector<Watched>& upstreams);

}  // namespace spm::health
