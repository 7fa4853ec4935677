#pragma once
// Sets of errata that a bisecting batch tests in one run each (test_batch_sets). The items of a set are in `testing` from its first run
// until it is known what becomes of them.

#include <vector>

#include "engine/batch.hpp"
#include "engine/bisect_rules.hpp"

namespace spm::engine {

// The first set of a batch: all of its items. Conflict when no test system misses all of their errata, ValidationError when they are for
// several OSes. The items are locked.
[[nodiscard]] Result<bool> add_first_set(db::Tx& tx, BatchId batch, const std::vector<QueueId>& items);

// When a run ends, in its transaction; nothing happens when it is no set's run.
void close_set(db::Tx& tx, TestId run, SetOutcome outcome);
void add_half(db::Tx& tx, TestId run, const std::vector<QueueId>& items);

// Called by the dispatcher: starts the sets of a batch that wait, as test systems become free.
void continue_sets(db::Pool& pool, const Clock& clock, const Settings& settings, BatchId batch);
// Ends the items of sets whose batch was cancelled before they were tested again.
void end_orphaned_sets(db::Pool& pool, const Clock& clock);

[[nodiscard]] json::array sets_json(db::Tx& tx, BatchId batch);

}  // namespace spm::engine
