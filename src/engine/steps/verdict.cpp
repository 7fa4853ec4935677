// Passed only when every phase before was seen to succeed; what was skipped is named. The runner writes what follows from it.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "engine/steps/steps.hpp"

namespace spm::engine::steps {
namespace {

// Phases that may be skipped, and only because their own step saw that there was nothing to do.
bool may_be_skipped(Phase phase) { return phase == Phase::Snapshot || phase == Phase::Reboot; }

std::vector<std::string> missing_in(const std::vector<store::PhaseRecord>& records) {
  constexpr std::array kRequired{Phase::PreCheck, Phase::Snapshot,  Phase::Baseline, Phase::Patch,
                                 Phase::Reboot,   Phase::Stabilize, Phase::Validate, Phase::Services};
  std::vector<std::string> missing;
  for (const Phase phase : kRequired) {
    const bool succeeded = std::any_of(records.begin(), records.end(), [&](const store::PhaseRecord& record) {
      return record.phase == phase && (record.status == "completed" || (record.status == "skipped" && may_be_skipped(phase)));
    });
    if (!succeeded) missing.emplace_back(to_string(phase));
  }
  return missing;
}

}  // namespace

Outcome verdict(StepContext& context) {
  const auto missing = missing_in(context.phases());
  if (!missing.empty())
    return Fail{FailureClass::Infra, fmt::format("these phases were not seen to succeed: {}", fmt::join(missing, ", ")), {}, {}};
  return Done{fmt::format("{} passed on {}", context.run().erratum.value, context.run().subject.system_name), {}, {}};
}

}  // namespace spm::engine::steps
