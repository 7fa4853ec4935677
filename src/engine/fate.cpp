#include "engine/fate.hpp"

#include <algorithm>

namespace spm::engine {
namespace {

using queue::FailureClass;

// Smaller decides.
int rank(const Ending& ending) {
  if (ending.was_forced || ending.was_aborted) return 1;
  if (ending.verdict == Verdict::Failed) return 0;
  if (ending.verdict == Verdict::Passed) return 4;
  return ending.kind == FailureClass::Transient ? 3 : 2;
}

}  // namespace

std::size_t decisive(const std::vector<Ending>& endings) {
  const auto first = std::min_element(endings.begin(), endings.end(), [](const Ending& a, const Ending& b) { return rank(a) < rank(b); });
  return static_cast<std::size_t>(first - endings.begin());
}

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
