#include "engine/fate.hpp"

namespace spm::engine {

using queue::FailureClass;

std::string_view result_of(const Ending& ending) {
  if (ending.was_forced) return "error";
  if (ending.verdict == Verdict::Passed) return "passed";
  if (ending.was_aborted) return "aborted";
  return to_string(ending.verdict.value_or(Verdict::Error));
}

Verdict verdict_of(FailureClass kind) {
  switch (kind) {
    case FailureClass::Patch:
    case FailureClass::Regression: return Verdict::Failed;
    case FailureClass::Infra:
    case FailureClass::Transient: return Verdict::Error;
  }
  return Verdict::Error;
}

bool counts_in_history(const Ending& ending) {
  return !ending.was_aborted && !ending.was_forced && (ending.verdict == Verdict::Passed || ending.verdict == Verdict::Failed);
}

Fate fate_of(const Ending& ending, std::int64_t retries_so_far, const Settings& settings) {
  if (ending.was_forced) return {queue::Status::Failed, {}};
  if (ending.verdict == Verdict::Passed) return {queue::Status::PendingApproval, {}};
  if (ending.was_aborted) return {queue::Status::Failed, {}};
  if (ending.kind == FailureClass::Infra && retries_so_far < settings.infra_retries)
    return {queue::Status::RetryPending, settings.infra_retry_after};
  if (ending.kind == FailureClass::Transient && retries_so_far < settings.transient_retries)
    return {queue::Status::RetryPending, settings.transient_retry_after};
  return {queue::Status::Failed, {}};
}

}  // namespace spm::engine
