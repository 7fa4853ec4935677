#include <condition_variable>
#include <mutex>

#include "health/health.hpp"
#include "health/health_sql.hpp"
#include "log/log.hpp"

namespace spm::health {
namespace {

// Unreachable is "unavailable"; whoever answered nonsense or said no is in "error".
ComponentStatus status_of(const Error& error) {
  return error.upstream == UpstreamFailure::Unreachable || error.upstream == UpstreamFailure::OutcomeUnknown ? ComponentStatus::Unavailable
                                                                                                             : ComponentStatus::Error;
}

}  // namespace

Prober::Prober(db::Pool& pool, const Clock& clock, std::vector<Watched> watched, std::chrono::milliseconds interval)
    : pool_(pool), clock_(clock), watched_(std::move(watched)), interval_(interval) {}

Prober::~Prober() { stop(); }

void Prober::start() {
  for (const auto& upstream : watched_) {
    threads_.emplace_back([this, &upstream](const std::stop_token& stop) { watch(upstream, stop); });
  }
}

void Prober::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Prober::watch(const Watched& upstream, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    try {
      probe_once(upstream);
    } catch (const std::exception& problem) {
      log::warning("health", "the probe's result could not be stored", {{"upstream", upstream.name}, {"error", problem.what()}});
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, interval_, [] { return false; });
  }
}

void Prober::probe_once(const Watched& upstream) {
  Component seen;
  const auto begin = std::chrono::steady_clock::now();
  if (upstream.probe == nullptr) {
    seen.status = ComponentStatus::Disabled;
    seen.message = "not configured";
  } else if (auto report = upstream.probe->probe()) {
    seen.status = ComponentStatus::Connected;
    seen.version = report->version;
    seen.message = report->message;
  } else {
    seen.status = status_of(report.error());
    seen.message = report.error().message;
  }
  if (upstream.probe != nullptr) {
    seen.latency_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  }
  db::Tx tx(pool_);
  tx.execute(sql::store_probe,
             {upstream.name, to_string(seen.status), upstream.url, seen.message, seen.version, seen.latency_ms, clock_.now()});
  tx.commit();
}

}  // namespace spm::health
