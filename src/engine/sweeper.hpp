#pragma once
// Items that say they are being tested although no run works on them, nor will one: nobody would ever look at them again. It takes a bug or
// a hand in the database to make one. Called by a periodic job.

#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::engine {

// Fails them (class infra, no retry by itself) with a reason that says so. Returns how many there were.
int sweep_orphans(db::Pool& pool, const Clock& clock);

}  // namespace spm::engine
