#pragma once
// THE table of phases: what each one runs, how long it may take, how often it may be tried and where it leads. A new phase is a row here,
// a file in steps/, an enumerator in phase.hpp and a migration of the CHECK on patch_tests.phase.

#include <chrono>
#include <span>

#include "engine/context.hpp"
#include "engine/phase.hpp"
#include "engine/settings.hpp"
#include "engine/step.hpp"

namespace spm::engine {

using StepFunction = Outcome (*)(StepContext&);

struct PhaseRow {
  Phase phase;
  StepFunction step;
  std::chrono::seconds deadline;  // of one attempt; see deadline_of() for what a run's own waits add
  int retries;                    // further attempts after the first
  FailureClass trouble;           // the class of a deadline, of used-up attempts and of commands that could not be run
  Phase on_done;
  Phase on_fail;
  Phase on_abort;
};

[[nodiscard]] std::span<const PhaseRow> phases();
[[nodiscard]] const PhaseRow& row_of(Phase phase);  // throws std::logic_error for Phase::Done, which runs nothing

// How long one attempt may take in this run: the row's deadline and the waits that the run was configured with.
[[nodiscard]] std::chrono::seconds deadline_of(Phase phase, const RunConfig& config, const Settings& settings);

}  // namespace spm::engine
