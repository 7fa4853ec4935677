#pragma once
// A system whose state nobody can vouch for after a run: no test may use it until a person has looked. In the caller's transaction, with
// its audit line and its event; a system that is in quarantine already keeps its first reason.

#include <string>

#include "db/db.hpp"
#include "engine/run.hpp"

namespace spm::engine {

// `actor`: who caused it, "engine" or a person.
void quarantine(db::Tx& tx, const Run& run, const std::string& why, const std::string& actor, Time now);

}  // namespace spm::engine
