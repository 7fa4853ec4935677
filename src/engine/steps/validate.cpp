// How busy the system is now against the baseline, from the same source, and whether units have failed since.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/host.hpp"
#include "engine/steps/measure.hpp"
#include "engine/steps/service_check.hpp"
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
  const auto failed = look_at_failed_units(context);
  if (!failed) return failed.answer();
  const auto running = context.commands("running", {read_boot_id(), read_kernel()});
  if (!running) return running.answer();
  const auto boot_id = boot_id_in((*running)[0]);
  if (!boot_id) return Retry{"the boot id could not be read: " + why_unusable("cat", (*running)[0])};

  const auto before = context.baseline();
  const auto baseline = measurement_from(before.at("metrics").as_object());
  const auto after = measure_like(context, baseline);
  if (!after) return after.answer();
  const auto evaluation = evaluate(baseline, *after, failed->before, failed->now, context.config());
  return judge(evaluation, {{"metrics", to_json(*after)},
                            {"boot_id", *boot_id},
                            {"kernel", kernel_in((*running)[1]).value_or("")},
                            {"new_failed_units", json::array(failed->fresh.begin(), failed->fresh.end())},
                            {"delta", deltas_of(evaluation)},
                            {"evaluation", to_json(evaluation)},
                            {"failed_units", json::array(failed->now.begin(), failed->now.end())}});
}

}  // namespace spm::engine::steps
