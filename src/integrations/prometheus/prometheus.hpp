#pragma once
// Prometheus as a source of measurements, and whether it can be used. Created by app/; called by engine workers and the prober.
//
// Blocking, each call under the configured deadline. Safe from any thread. Errors: PrometheusError.

#include <chrono>
#include <string>

#include "base/time.hpp"
#include "net/http_client.hpp"
#include "net/upstream_guard.hpp"
#include "ports/health.hpp"

namespace spm::prometheus {

struct Options {
  std::string url;  // "http://prometheus:9090"
  std::chrono::milliseconds timeout{10'000};
  bool verify_tls = true;
  std::string ca_file;
  std::chrono::milliseconds retry_pause{200};  // before the first repetition
};

class PrometheusMetrics final : public ports::MetricsSource, public ports::UpstreamProbe {
 public:
  PrometheusMetrics(Options options, const Clock& clock, net::CallObserver observer = {});

  // `instance` is the label of the scraped target ("10.0.0.5:9100"). Values are absent when the target was not up, when the window
  // reaches back before its boot, when the systemd collector failed (failed units), or when Prometheus has no such series: an empty
  // vector is a success to Prometheus, and never a zero to us.
  [[nodiscard]] Result<ports::MetricSample> sample(const std::string& instance, Time at, std::chrono::seconds window) override;
  [[nodiscard]] Result<ports::ProbeReport> probe() override;

 private:
  // The value of a query that yields one series at most.
  [[nodiscard]] Result<std::optional<double>> value_of(const std::string& query, Time at);
  [[nodiscard]] Result<bool> ready();
  [[nodiscard]] Result<json::value> get(const std::string& path_and_query, std::string_view what, net::Repeat repeat);

  Options options_;
  net::HttpClient client_;
  net::UpstreamGuard guard_;
};

// Reads an instant query's answer: nullopt for an empty vector and for NaN or an infinity. Pure.
[[nodiscard]] Result<std::optional<double>> read_instant_value(const json::value& answer);

// A label value inside PromQL quotes.
[[nodiscard]] std::string promql_string(std::string_view text);

}  // namespace spm::prometheus
