#pragma once
// What becomes of a queue item when its test has ended: pure.

#include <optional>
#include <string_view>
#include <vector>

#include "engine/phase.hpp"
#include "engine/settings.hpp"
#include "queue/lifecycle.hpp"

namespace spm::engine {

struct Ending {
  std::optional<Verdict> verdict;
  std::optional<queue::FailureClass> kind;
  bool was_aborted = false;
  bool was_forced = false;  // a person ended a run that could not end by itself
};

struct Fate {
  queue::Status status = queue::Status::Failed;
  std::optional<std::chrono::minutes> retry_after;  // set for RetryPending
};

// The word for patch_tests.status: passed | failed | error | aborted.
[[nodiscard]] std::string_view result_of(const Ending& ending);

// infra and transient are tried again by themselves, so and so often; what speaks about the patch never is, nor what a person ended.
[[nodiscard]] Fate fate_of(const Ending& ending, std::int64_t retries_so_far, const Settings& settings);

// Of several runs of one item: the one that decides for all. What speaks against the erratum comes first, then what a person ended, then
// infra, then transient; a passed one only when all passed. `endings` is not empty.
[[nodiscard]] std::size_t decisive(const std::vector<Ending>& endings);

// Whether the test says anything about the erratum, and so counts in its history.
[[nodiscard]] bool counts_in_history(const Ending& ending);

// patch and regression speak about the erratum, infra and transient do not.
[[nodiscard]] Verdict verdict_of(queue::FailureClass kind);

}  // namespace spm::engine
