#include "engine/verdict.hpp"

#include "base/json_write.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace spm::engine {
namespace {

CheckResult compare(std::string_view what, std::optional<double> before, std::optional<double> after, double threshold, bool required) {
  if (!before || !after) {
    const auto missing = !before ? "before the patch" : "after it";
    return {required ? Check::Failed : Check::Skipped, std::nullopt, fmt::format("{} was not measured {}", what, missing)};
  }
  const double delta = *after - *before;
  const auto text =
      fmt::format("{} went from {:.1f} % to {:.1f} % ({:+.1f} points, {:g} allowed)", what, *before, *after, delta, threshold);
  return {delta <= threshold ? Check::Passed : Check::Failed, delta, text};
}

CheckResult compare_failed_units(const std::vector<std::string>& before, const std::vector<std::string>& after, int allowed) {
  const auto fresh = new_failed_units(before, after);
  const auto count = static_cast<int>(fresh.size());
  if (fresh.empty()) return {Check::Passed, 0, "no new failed units"};
  return {count <= allowed ? Check::Passed : Check::Failed, static_cast<double>(count),
          fmt::format("{} new failed unit{} ({} allowed): {}", count, count == 1 ? "" : "s", allowed, fmt::join(fresh, ", "))};
}

}  // namespace

std::vector<std::string> new_failed_units(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::vector<std::string> fresh;
  std::copy_if(after.begin(), after.end(), std::back_inserter(fresh),
               [&](const std::string& unit) { return std::find(before.begin(), before.end(), unit) == before.end(); });
  return fresh;
}

std::string_view to_string(Check check) {
  switch (check) {
    case Check::Passed: return "passed";
    case Check::Failed: return "failed";
    case Check::Skipped: return "skipped";
  }
  return "failed";
}

std::string_view to_string(MetricSourceKind source) {
  switch (source) {
    case MetricSourceKind::Prometheus: return "prometheus";
    case MetricSourceKind::Salt: return "salt";
    case MetricSourceKind::None: return "none";
  }
  return "none";
}

MetricSourceKind parse_metric_source(std::string_view text) {
  if (text == "prometheus") return MetricSourceKind::Prometheus;
  if (text == "salt") return MetricSourceKind::Salt;
  return MetricSourceKind::None;
}

std::vector<std::string> Evaluation::reasons(Check of) const {
  std::vector<std::string> found;
  for (const auto* result : {&cpu, &memory, &failed_units}) {
    if (result->check == of) found.push_back(result->reason);
  }
  return found;
}

bool Evaluation::is_unmeasured() const {
  if (overall != Check::Failed) return false;
  const auto is_real = [](const CheckResult& result) { return result.check == Check::Failed && result.delta.has_value(); };
  return !is_real(cpu) && !is_real(memory) && !is_real(failed_units);
}

Evaluation evaluate(const Measurement& baseline, const Measurement& after, const std::vector<std::string>& failed_units_before,
                    const std::vector<std::string>& failed_units_after, const RunConfig& config) {
  const bool is_comparable = baseline.source == after.source && baseline.source != MetricSourceKind::None;
  const auto of_after = [&](std::optional<double> value) { return is_comparable ? value : std::nullopt; };
  Evaluation evaluation;
  evaluation.cpu = compare("CPU use", baseline.cpu_percent, of_after(after.cpu_percent), config.cpu_threshold, config.metrics_required);
  evaluation.memory =
      compare("memory use", baseline.memory_percent, of_after(after.memory_percent), config.memory_threshold, config.metrics_required);
  evaluation.failed_units = compare_failed_units(failed_units_before, failed_units_after, config.max_failed_services);
  const bool any_failed = !evaluation.reasons(Check::Failed).empty();
  evaluation.overall = any_failed ? Check::Failed : Check::Passed;
  return evaluation;
}

json::object to_json(const Measurement& measurement) {
  json::object stored{{"source", to_string(measurement.source)},
                      {"cpu_percent", or_null(measurement.cpu_percent)},
                      {"memory_percent", or_null(measurement.memory_percent)},
                      {"detail", measurement.detail}};
  if (measurement.at) {
    stored["from"] = format_time(*measurement.at - measurement.window);
    stored["to"] = format_time(*measurement.at);
    stored["window_seconds"] = measurement.window.count();
  }
  return stored;
}

Measurement measurement_from(const json::object& stored) {
  const auto number = [&](const char* key) -> std::optional<double> {
    const auto* value = stored.if_contains(key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
  };
  Measurement measurement;
  if (const auto* source = stored.if_contains("source")) measurement.source = parse_metric_source(std::string(source->as_string()));
  measurement.cpu_percent = number("cpu_percent");
  measurement.memory_percent = number("memory_percent");
  if (const auto* detail = stored.if_contains("detail")) measurement.detail = std::string(detail->as_string());
  return measurement;
}

json::object to_json(const Evaluation& evaluation) {
  return {{"cpu_check", to_string(evaluation.cpu.check)},
          {"memory_check", to_string(evaluation.memory.check)},
          {"failed_units_check", to_string(evaluation.failed_units.check)},
          {"overall", to_string(evaluation.overall)},
          {"reasons",
           {{"cpu", evaluation.cpu.reason}, {"memory", evaluation.memory.reason}, {"failed_units", evaluation.failed_units.reason}}}};
}

json::object deltas_of(const Evaluation& evaluation) {
  return {{"cpu_percent", or_null(evaluation.cpu.delta)},
          {"memory_percent", or_null(evaluation.memory.delta)},
          {"failed_units", or_null(evaluation.failed_units.delta)}};
}

}  // namespace spm::engine
