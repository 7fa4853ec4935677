#pragma once
// The rows of periodic_jobs: one function a statement. Called by the scheduler alone.
//
// They take a connection, not the pool: waiting for one can take seconds, and `now` must be read after that.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::scheduler {

struct Claim {
  std::string name;
  std::int64_t number = 0;  // fencing: a holder whose number is no longer the row's has lost it
  Time until;
};

enum class Outcome { Succeeded, Failed };

// A new job is due at once; a known one keeps its due time unless the interval changed to a shorter one.
void register_job(db::Connection& connection, const std::string& name, std::chrono::milliseconds interval, Time now);
[[nodiscard]] std::optional<Claim> claim_due(db::Connection& connection, const std::vector<std::string>& names, const std::string& node,
                                             Time now, std::chrono::milliseconds claim_for);
// The three below return false when the claim was lost: then nothing was changed.
bool renew(db::Connection& connection, Claim& claim, Time until);
bool finish(db::Connection& connection, const Claim& claim, Outcome outcome, const std::string& error, Time now);
bool give_back(db::Connection& connection, const Claim& claim, Time now);

}  // namespace spm::scheduler
