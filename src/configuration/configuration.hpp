#pragma once
// The configuration that people change while the service runs, in versions. Every use asks the database, so a change counts at once on
// every orchestrator; a test run keeps what it started with. Called by the slices that go by it, in their own transactions.
//
// One thread a transaction. Touches PostgreSQL alone; a lost database throws db::DatabaseError.

#include <cstdint>
#include <functional>
#include <vector>

#include "base/time.hpp"
#include "configuration/rules.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::configuration {

// The document in force: what was set at run time over what the process was started with. Stored values that do not fit any more are passed
// over, and the default stands.
[[nodiscard]] Document current(db::Tx& tx, Document defaults = {});

// How many scores a change of weights concerns.
struct ScoreEffect {
  std::int64_t scored = 0;
  std::int64_t changed = 0;
};

// What stands to the right and has to follow. May be called from any thread, and block on the database.
struct Followers {
  std::function<ScoreEffect(const ScoreWeights&)> compare_scores;  // what would change; writes nothing
  std::function<void()> rescore;                                   // by the configuration in force
};

// `defaults`: what the process was started with.
[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Document& defaults, Followers followers);

}  // namespace spm::configuration
