#include "engine/bisect_rules.hpp"

namespace spm::engine {

SetOutcome outcome_of(const Ending& ending) {
  if (ending.was_forced || ending.was_aborted) return SetOutcome::Unknown;
  if (ending.verdict == Verdict::Passed) return SetOutcome::Passed;
  return ending.verdict == Verdict::Failed ? SetOutcome::Failed : SetOutcome::Unknown;
}

std::vector<std::vector<QueueId>> halves_after(const std::vector<QueueId>& set, SetOutcome outcome) {
  if (outcome != SetOutcome::Failed || set.size() < 2) return {};
  const auto middle = set.begin() + static_cast<std::ptrdiff_t>((set.size() + 1) / 2);
  return {{set.begin(), middle}, {middle, set.end()}};
}

}  // namespace spm::engine
