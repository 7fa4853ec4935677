// Every critical service and every service that ran before the patch runs now, and the checks that people added pass.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/steps/custom_checks.hpp"
#include "engine/steps/service_check.hpp"
#include "engine/steps/steps.hpp"

namespace spm::engine::steps {

Outcome services(StepContext& context) {
  const auto ran_before = units_from(context.baseline().at("services").as_array());
  const auto check = check_services(context, ran_before);
  if (!check) return check.answer();
  json::object evidence{{"services", to_json(check->states)}, {"looks", check->looks}};
  if (!check->down.empty()) {
    return Fail{FailureClass::Regression,
                fmt::format("not running after {} looks: {}", check->looks, fmt::join(check->down, ", ")),
                {},
                std::move(evidence)};
  }
  const auto custom = run_custom_checks(context);
  if (!custom) return custom.answer();
  evidence["custom_checks"] = custom->results;
  if (!custom->failed.empty()) {
    // What could not be asked says nothing about the erratum, but it did not pass either.
    return Fail{custom->all_were_run ? FailureClass::Regression : FailureClass::Transient,
                fmt::format("custom checks failed: {}", fmt::join(custom->failed, "; ")),
                {},
                std::move(evidence)};
  }
  return Done{fmt::format("all {} services run{}", check->states.size(),
                          custom->results.empty() ? "" : fmt::format(", all {} custom checks passed", custom->results.size())),
              {},
              std::move(evidence)};
}

}  // namespace spm::engine::steps
