// Every critical service and every service that ran before the patch runs now.

#include <fmt/format.h>
#include <fmt/ranges.h>

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
  return Done{fmt::format("all {} services run", check->states.size()), {}, std::move(evidence)};
}

}  // namespace spm::engine::steps
