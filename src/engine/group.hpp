#pragma once
// One item tested on all test systems of its OS (test_on_all): it passes only when every run passed, and what comes of it is decided when
// the last run has ended. Tables patch_test_groups and patch_test_targets.

#include <string>
#include <vector>

#include "engine/fate.hpp"
#include "engine/start.hpp"

namespace spm::engine {

struct SkippedSystem {
  catalogue::System system;
  std::string reason;  // for a person
};

struct StartedOnAll {
  QueueId item;
  AdvisoryName erratum;
  std::vector<Started> runs;               // at least one
  std::vector<catalogue::System> waiting;  // busy; their runs start by themselves
  std::vector<SkippedSystem> skipped;      // offline or in quarantine
};

// Starts a run on every free test system of the item's OS that misses the erratum. Errors as of start(); TestAlreadyRunning when all of
// them are busy.
[[nodiscard]] Result<StartedOnAll> start_on_all(db::Tx& tx, const Settings& settings, const StartOrder& order, const queue::Acting& acting);

// A run that has ended, as far as it decides about its item.
struct EndedRun {
  TestId test;
  std::string system;
  Ending ending;
  std::string failure_phase;
  std::string failure_reason;
};

// How the item's group stands; the item is locked. Nothing when the item is tested on one system.
struct GroupState {
  std::size_t unfinished = 0;  // running, or waiting for their system
  std::vector<EndedRun> ended;
};
[[nodiscard]] std::optional<GroupState> group_state(db::Tx& tx, QueueId item);

// Called by the dispatcher, a transaction for each group: starts what has become possible, skips what is no more, starts retries.
void continue_groups(db::Pool& pool, const Clock& clock, const Settings& settings);

}  // namespace spm::engine
