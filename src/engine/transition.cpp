#include "engine/transition.hpp"

#include "engine/phases.hpp"

namespace spm::engine {

bool is_way_back(Phase phase) { return phase == Phase::Rollback || phase == Phase::PostRollback; }

bool may_have_changed_system(Phase phase) { return phase != Phase::Done && phase >= Phase::Patch; }

Step next(const Situation& situation) {
  const PhaseRow& row = row_of(situation.phase);
  switch (situation.answer) {
    case Answer::Done:
    case Answer::Skipped:
      if (situation.phase == Phase::Verdict && situation.restore_after_test) return {Phase::Rollback, 1, false};
      return {row.on_done, 1, false};
    case Answer::Retry:
      if (situation.attempt <= row.retries) return {situation.phase, situation.attempt + 1, false};
      return {row.on_fail, 1, true};
    case Answer::Fail: return {row.on_fail, 1, true};
    case Answer::Abort:
      if (situation.skip_rollback) return {Phase::Done, 1, true};
      if (is_way_back(situation.phase)) return {situation.phase, situation.attempt, false};
      return {row.on_abort, 1, true};
  }
  return {Phase::Done, 1, true};
}

}  // namespace spm::engine
