#pragma once
// Moves waiting items to superseded when a newer erratum that can take their place covers them; used inside this slice only.

#include <optional>
#include <set>
#include <string>

#include "queue/queue.hpp"

namespace spm::queue {

struct OnlyBy {
  std::set<AdvisoryName> errata;
  std::string target_os;
};

// All waiting items, or those that these errata cover on this OS.
std::vector<SupersededItem> supersede_waiting(db::Tx& tx, const std::optional<OnlyBy>& only, const Acting& acting);

}  // namespace spm::queue
