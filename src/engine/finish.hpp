#pragma once
// The end of a run: test, queue item, history, audit and event in the caller's one transaction. Nothing of it can be seen without the rest.

#include "db/db.hpp"
#include "engine/lease.hpp"
#include "engine/run.hpp"
#include "engine/settings.hpp"

namespace spm::engine {

// `facts`: what the last step added. The decision (verdict, failure, rollback status) must have been written in the same transaction.
void finish(db::Tx& tx, const Settings& settings, const Run& run, const Lease& lease, const json::object& facts, Time now);

}  // namespace spm::engine
