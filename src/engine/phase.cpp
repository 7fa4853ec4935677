#include "engine/phase.hpp"

namespace spm::engine {

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::PreCheck: return "pre_check";
    case Phase::Snapshot: return "snapshot";
    case Phase::Baseline: return "baseline";
    case Phase::Patch: return "patch";
    case Phase::Reboot: return "reboot";
    case Phase::Stabilize: return "stabilize";
    case Phase::Validate: return "validate";
    case Phase::Services: return "services";
    case Phase::Verdict: return "verdict";
    case Phase::Rollback: return "rollback";
    case Phase::PostRollback: return "post_rollback";
    case Phase::Done: return "done";
  }
  return "done";
}

std::optional<Phase> parse_phase(std::string_view text) {
  for (const Phase phase : kAllPhases) {
    if (to_string(phase) == text) return phase;
  }
  return std::nullopt;
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Passed: return "passed";
    case Verdict::Failed: return "failed";
    case Verdict::Error: return "error";
  }
  return "error";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  for (const Verdict verdict : {Verdict::Passed, Verdict::Failed, Verdict::Error}) {
    if (to_string(verdict) == text) return verdict;
  }
  return std::nullopt;
}

}  // namespace spm::engine
