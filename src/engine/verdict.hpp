#pragma once
// Whether a system after the patch is as well as before: pure, from values. A value that could not be measured is never 0: it is a check
// that was not made, which the policy turns into a failure or into a visible "skipped".

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "engine/settings.hpp"

namespace spm::engine {

enum class Check { Passed, Failed, Skipped };
[[nodiscard]] std::string_view to_string(Check check);

// Where a measurement came from; two of different sources are not compared.
enum class MetricSourceKind { Prometheus, Salt, None };
[[nodiscard]] std::string_view to_string(MetricSourceKind source);
[[nodiscard]] MetricSourceKind parse_metric_source(std::string_view text);  // anything unknown: None

struct Measurement {
  MetricSourceKind source = MetricSourceKind::None;
  std::optional<double> cpu_percent;
  std::optional<double> memory_percent;
  std::string detail;                     // the queries asked, or why there is no value
  std::optional<Time> at = std::nullopt;  // when it was asked; the window of the averages ends then
  std::chrono::seconds window{0};
};

struct CheckResult {
  Check check = Check::Skipped;
  std::optional<double> delta;  // in percentage points, or new failed units
  std::string reason;           // one clause for a person
};

struct Evaluation {
  CheckResult cpu;
  CheckResult memory;
  CheckResult failed_units;
  Check overall = Check::Failed;
  [[nodiscard]] std::vector<std::string> reasons(Check of) const;  // of the checks that ended so
  // Failed only because something could not be measured: that says nothing about the erratum.
  [[nodiscard]] bool is_unmeasured() const;
};

// The failed units that were not there before.
[[nodiscard]] std::vector<std::string> new_failed_units(const std::vector<std::string>& before, const std::vector<std::string>& after);

[[nodiscard]] Evaluation evaluate(const Measurement& baseline, const Measurement& after,
                                  const std::vector<std::string>& failed_units_before, const std::vector<std::string>& failed_units_after,
                                  const RunConfig& config);

[[nodiscard]] json::object to_json(const Measurement& measurement);
[[nodiscard]] Measurement measurement_from(const json::object& stored);
[[nodiscard]] json::object to_json(const Evaluation& evaluation);  // {"cpu_check": "passed", …, "overall", "reasons": {…}}
[[nodiscard]] json::object deltas_of(const Evaluation& evaluation);

}  // namespace spm::engine
