#pragma once
// The end of a run: test, queue item, history, audit and event in the caller's one transaction. Nothing of it can be seen without the rest.

#include "db/db.hpp"
#include "engine/lease.hpp"
#include "engine/run.hpp"
#include "engine/settings.hpp"
#include "queue/queue.hpp"

namespace spm::engine {

// Of an item that is tested on all systems; it is locked. When no run of it is to come any more, it goes where the decisive one leads;
// nothing happens before. The lock makes that happen once, whichever run ends last.
void settle_group(db::Tx& tx, const Settings& settings, const queue::Item& item, Time now);

// `facts`: what the last step added. The decision (verdict, failure, rollback status) must have been written in the same transaction.
void finish(db::Tx& tx, const Settings& settings, const Run& run, const Lease& lease, const json::object& facts, Time now);

}  // namespace spm::engine
