#pragma once
// Writing down what a step answered: the phase's end, the next phase or the end of the run, in one transaction with its events. Called by
// the runner alone; every write is fenced and throws LostLease when the run is no longer ours.

#include "db/db.hpp"
#include "engine/lease.hpp"
#include "engine/run.hpp"
#include "engine/settings.hpp"
#include "engine/step.hpp"

namespace spm::engine {

void commit_outcome(db::Pool& pool, const Settings& settings, const Run& run, const Lease& lease, const Outcome& outcome, Time now);
void commit_abort(db::Pool& pool, const Settings& settings, const Run& run, const Lease& lease, Time now);

}  // namespace spm::engine
