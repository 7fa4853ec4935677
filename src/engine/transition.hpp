#pragma once
// Where a run goes next: pure, from the table of phases and what the step answered. Every path ends (transition_test.cpp walks them all).

#include <optional>

#include "engine/phase.hpp"

namespace spm::engine {

enum class Answer { Done, Skipped, Retry, Fail, Abort };

struct Situation {
  Phase phase = Phase::PreCheck;
  int attempt = 1;
  Answer answer = Answer::Done;
  bool restore_after_test = false;  // policy: put the system back after a passed test too
  bool skip_rollback = false;       // of an abort: the system stays as it is, also when the way back has begun
};

struct Step {
  Phase phase = Phase::Done;
  int attempt = 1;
  bool is_failure = false;  // this answer decides against the run (in the phases of the way back: against the system)
};

// A run that is on its way back cannot be aborted, it goes on; but a person can have it left as it is. Never asked for Phase::Done.
[[nodiscard]] Step next(const Situation& situation);

// From here on the system may have been changed, so a failure leads over the rollback.
[[nodiscard]] bool may_have_changed_system(Phase phase);
[[nodiscard]] bool is_way_back(Phase phase);

}  // namespace spm::engine
