#pragma once
// The search for the errata that break a set: pure. With one culprit among N it takes at most 1 + 2·⌈log₂ N⌉ runs, and finds any number of
// culprits; errata that only break together pass, each in its half.

#include <vector>

#include "base/ids.hpp"
#include "engine/fate.hpp"

namespace spm::engine {

// Unknown: the run says nothing about the errata (infrastructure, aborted).
enum class SetOutcome { Passed, Failed, Unknown };

[[nodiscard]] SetOutcome outcome_of(const Ending& ending);

// The sets that must be tested next; none when the outcome holds for every member: all passed, the only one is the culprit, or nothing is
// known of any.
[[nodiscard]] std::vector<std::vector<QueueId>> halves_after(const std::vector<QueueId>& set, SetOutcome outcome);

}  // namespace spm::engine
