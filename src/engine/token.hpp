#pragma once
// Operation tokens: 20 digits YYYYMMDDhhmmssffffff, because Salt takes one as the job id of a batch (and so runs it at most once).

#include <string>

#include "base/time.hpp"

namespace spm::engine {

// Near `now`, and never twice in one process; among several the database's UNIQUE decides. Safe from any thread.
[[nodiscard]] std::string next_token(Time now);

}  // namespace spm::engine
