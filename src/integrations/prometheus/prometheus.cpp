#include "integrations/prometheus/prometheus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_access.hpp"
#include "net/url_encode.hpp"

namespace spm::prometheus {
namespace {

constexpr double kMostFailedUnits = 100'000;

tl::unexpected<Error> bad_answer(std::string message) {
  return fail_upstream(ErrorCode::PrometheusError, UpstreamFailure::BadAnswer, "Prometheus answered nonsense: " + std::move(message));
}

// Values are strings: "0.5", "NaN", "+Inf" (salt-and-prometheus 5.1). What is not a finite number is no measurement.
std::optional<double> finite(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_number(std::string_view text) { return finite(text) || text == "NaN" || text == "+Inf" || text == "-Inf"; }

// A rate can stray a little beyond its bounds; what is far outside them is no percentage.
std::optional<double> percentage(std::optional<double> value) {
  if (!value || *value < -5 || *value > 105) return std::nullopt;
  return std::clamp(*value, 0.0, 100.0);
}

double seconds_of(Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

struct Queries {
  std::string up, booted, cpu, memory, collector, failed_units;
};

Queries queries_for(const std::string& instance, std::chrono::seconds window) {
  const auto host = fmt::format("instance={}", promql_string(instance));
  const auto span = fmt::format("[{}s]", window.count());
  Queries queries;
  // Several jobs can scrape one target: every query gives one series at most.
  queries.up = fmt::format("max(up{{{}}})", host);
  queries.booted = fmt::format("max(node_boot_time_seconds{{{}}})", host);
  // Idle time against all time, not against the window: rate() shrinks while the window holds less than it asks for (after a restart of the
  // system or of Prometheus), and an idle system would look busy.
  queries.cpu = fmt::format(
      "100 * (1 - sum(rate(node_cpu_seconds_total{{mode=\"idle\",{0}}}{1})) / sum(rate(node_cpu_seconds_total{{{0}}}{1})))", host, span);
  queries.memory = fmt::format(
      "100 * (1 - avg(avg_over_time(node_memory_MemAvailable_bytes{{{0}}}{1})) / avg(avg_over_time(node_memory_MemTotal_bytes{{{0}}}{1})))",
      host, span);
  queries.collector = fmt::format("max(node_scrape_collector_success{{collector=\"systemd\",{}}})", host);
  queries.failed_units = fmt::format("sum(max by (name) (node_systemd_unit_state{{state=\"failed\",{}}}))", host);
  return queries;
}

}  // namespace

std::string promql_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

Result<std::optional<double>> read_instant_value(const json::value& answer) {
  auto root = as_object(answer);
  if (!root) return bad_answer(root.error().message);
  auto status = required_string(**root, "status");
  if (!status) return bad_answer(status.error().message);
  if (*status != "success") {
    const auto text = optional_string(**root, "error");
    return fail_upstream(ErrorCode::PrometheusError, UpstreamFailure::Refused,
                         fmt::format("Prometheus refused the query: {}", text && *text ? **text : "no reason given"));
  }
  auto data = required_object(**root, "data");
  if (!data) return bad_answer(data.error().message);
  auto type = required_string(**data, "resultType");
  if (!type || *type != "vector") return bad_answer("the result is not an instant vector");
  auto series = required_array(**data, "result");
  if (!series) return bad_answer(series.error().message);
  if ((*series)->empty()) return std::optional<double>();
  if ((*series)->size() > 1) return bad_answer(fmt::format("{} series where one was asked for", (*series)->size()));
  auto first = as_object((*series)->front());
  if (!first) return bad_answer(first.error().message);
  auto pair = required_array(**first, "value");
  if (!pair || (*pair)->size() != 2 || !(**pair)[1].is_string()) return bad_answer("a sample without a value");
  const auto& text = (**pair)[1].as_string();
  if (!is_number(text)) return bad_answer("a sample's value is not a number");
  return finite(text);
}

PrometheusMetrics::PrometheusMetrics(Options options, const Clock& clock, net::CallObserver observer)
    : options_(std::move(options)),
      client_({.connect_timeout = std::min(options_.timeout, std::chrono::milliseconds(5'000)),
               .total_timeout = options_.timeout,
               .max_answer_bytes = 4 * 1024 * 1024,
               .verify_tls = options_.verify_tls,
               .ca_file = options_.ca_file}),
      guard_({.name = "prometheus", .code = ErrorCode::PrometheusError, .first_pause = options_.retry_pause}, clock, std::move(observer)) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
}

Result<json::value> PrometheusMetrics::get(const std::string& path_and_query, std::string_view what, net::Repeat repeat) {
  return guard_.call<json::value>(what, repeat, [&]() -> Result<json::value> {
    auto answer = client_.send({.method = "GET",
                                .url = options_.url + path_and_query,
                                .headers = {{"Accept", "application/json"}},
                                .body = {},
                                .total_timeout = {}},
                               ErrorCode::PrometheusError);
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (answer->status >= 500 && answer->status != 500) {
      return fail_upstream(ErrorCode::PrometheusError, UpstreamFailure::Unreachable,
                           fmt::format("Prometheus answered HTTP {}", answer->status));
    }
    // Errors come as JSON too (400, 422), with the reason inside; anything that is not JSON is not Prometheus.
    auto parsed = parse_json(answer->body);
    if (!parsed) return bad_answer(fmt::format("HTTP {} from {} is not JSON", answer->status, options_.url));
    return std::move(*parsed);
  });
}

Result<std::optional<double>> PrometheusMetrics::value_of(const std::string& query, Time at) {
  auto answer = get(fmt::format("/api/v1/query?query={}&time={:.3f}", net::url_encode(query), seconds_of(at)), "query", net::Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  return read_instant_value(*answer);
}

Result<ports::MetricSample> PrometheusMetrics::sample(const std::string& instance, Time at, std::chrono::seconds window) {
  const auto queries = queries_for(instance, window);
  ports::MetricSample sample;
  sample.queries = fmt::format("{}\n{}\n{}\ntime={}", queries.cpu, queries.memory, queries.failed_units, format_time(at));

  const auto up = value_of(queries.up, at);
  if (!up) return tl::unexpected<Error>(up.error());
  const auto booted = value_of(queries.booted, at);
  if (!booted) return tl::unexpected<Error>(booted.error());
  // A rate over a window that spans the boot mixes before and after (5.2).
  const bool is_after_boot = *booted && **booted <= seconds_of(at - window);
  if (!*up || **up != 1.0 || !is_after_boot) return sample;

  auto cpu = value_of(queries.cpu, at);
  if (!cpu) return tl::unexpected<Error>(cpu.error());
  auto memory = value_of(queries.memory, at);
  if (!memory) return tl::unexpected<Error>(memory.error());
  const auto collector = value_of(queries.collector, at);
  if (!collector) return tl::unexpected<Error>(collector.error());
  sample.cpu_percent = percentage(*cpu);
  sample.memory_percent = percentage(*memory);
  // With the collector down the failed-unit query is silently empty (5.4): no proof of health.
  if (*collector && **collector == 1.0) {
    const auto failed = value_of(queries.failed_units, at);
    if (!failed) return tl::unexpected<Error>(failed.error());
    if (*failed && **failed >= 0 && **failed <= kMostFailedUnits) sample.failed_units = static_cast<int>(**failed);
  }
  return sample;
}

// 503 while it starts: it answers queries then, from no data (salt-and-prometheus 5.1).
Result<bool> PrometheusMetrics::ready() {
  return guard_.call<bool>("ready", net::Repeat::Probe, [&]() -> Result<bool> {
    net::HttpRequest request;
    request.url = options_.url + "/-/ready";
    request.total_timeout = std::min(options_.timeout, net::kProbeTimeout);
    const auto answer = client_.send(request, ErrorCode::PrometheusError);
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (answer->status == 200) return true;
    if (answer->status >= 500) {
      return fail_upstream(ErrorCode::PrometheusError, UpstreamFailure::Unreachable,
                           fmt::format("Prometheus is not ready (HTTP {})", answer->status));
    }
    return bad_answer(fmt::format("HTTP {} to GET /-/ready; check PROMETHEUS_URL", answer->status));
  });
}

Result<ports::ProbeReport> PrometheusMetrics::probe() {
  if (const auto is_ready = ready(); !is_ready) return tl::unexpected<Error>(is_ready.error());
  auto answer = get("/api/v1/status/buildinfo", "probe", net::Repeat::Probe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto root = as_object(*answer);
  if (!root) return bad_answer("buildinfo is not an object");
  const auto data = required_object(**root, "data");
  if (!data) return bad_answer(data.error().message);
  const auto version = required_string(**data, "version");
  if (!version) return bad_answer(version.error().message);
  return ports::ProbeReport{*version, ""};
}

}  // namespace spm::prometheus
