// How busy the system is now against the baseline, from the same source, and whether units have failed since.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/host.hpp"
#include "engine/steps/measure.hpp"
#include "engine/steps/steps.hpp"
#include "engine/units.hpp"

namespace spm::engine::steps {
namespace {

Awaited<Measurement> measure_like(StepContext& context, const Measurement& baseline) {
  switch (baseline.source) {
    case MetricSourceKind::Prometheus: return measure_by_prometheus(context, time_fact(context.run(), "patched_at"));
    case MetricSourceKind::Salt: return measure_by_commands(context);
    case MetricSourceKind::None: break;
  }
  return Measurement{MetricSourceKind::None, {}, {}, "nothing was measured before the patch"};
}

std::vector<std::string> texts(const json::array& list) {
  std::vector<std::string> found;
  for (const auto& entry : list) found.emplace_back(entry.as_string());
  return found;
}

Outcome judge(const Evaluation& evaluation, json::object evidence) {
  const auto skipped = evaluation.reasons(Check::Skipped);
  if (evaluation.overall == Check::Failed) {
    const auto kind = evaluation.is_unmeasured() ? FailureClass::Transient : FailureClass::Regression;
    return Fail{kind, fmt::format("{}", fmt::join(evaluation.reasons(Check::Failed), "; ")), {}, std::move(evidence)};
  }
  auto detail = fmt::format("{}", fmt::join(evaluation.reasons(Check::Passed), "; "));
  if (!skipped.empty()) detail += fmt::format("; skipped: {}", fmt::join(skipped, "; "));
  return Done{std::move(detail), {}, std::move(evidence)};
}

}  // namespace

Outcome validate(StepContext& context) {
  const auto listed = context.commands("failed_units", {list_failed_units(), read_boot_id(), read_kernel()});
  if (!listed) return listed.answer();
  const auto failed = read_unit_names(listed->front().output);
  if (listed->front().exit_status != 0 || !failed)
    return Retry{failed ? why_unusable("systemctl", listed->front()) : failed.error().message};
  const auto boot_id = boot_id_in((*listed)[1]);
  if (!boot_id) return Retry{"the boot id could not be read: " + why_unusable("cat", (*listed)[1])};

  const auto before = context.baseline();
  const auto baseline = measurement_from(before.at("metrics").as_object());
  const auto after = measure_like(context, baseline);
  if (!after) return after.answer();
  const auto failed_before = texts(before.at("failed_units").as_array());
  const auto evaluation = evaluate(baseline, *after, failed_before, *failed, context.config());
  const auto fresh = new_failed_units(failed_before, *failed);
  return judge(evaluation, {{"metrics", to_json(*after)},
                            {"boot_id", *boot_id},
                            {"kernel", kernel_in((*listed)[2]).value_or("")},
                            {"new_failed_units", json::array(fresh.begin(), fresh.end())},
                            {"delta", deltas_of(evaluation)},
                            {"evaluation", to_json(evaluation)},
                            {"failed_units", json::array(failed->begin(), failed->end())}});
}

}  // namespace spm::engine::steps
