#pragma once
// The rows of periodic_jobs: one function a statement. Called by the scheduler alone.

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

// A new job is due at once; a known one keeps its due time unless the interval became shorter.
void register_job(db::Pool& pool, const std::string& name, std::chrono::milliseconds interval, Time now);
[[nodiscard]] std::optional<Claim> claim_due(db::Pool& pool, const std::vector<std::string>& names, const std::string& node, Time now,
                                             std::chrono::milliseconds claim_for);
// The three below return false when the claim was lost: then nothing was changed.
bool renew(db::Pool& pool, Claim& claim, Time until);
bool finish(db::Pool& pool, const Claim& claim, Outcome outcome, const std::string& error, Time now);
bool give_back(db::Pool& pool, const Claim& claim, Time now);

}  // namespace spm::scheduler
