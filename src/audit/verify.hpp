#pragma once
// The walk along the chain. Inside audit/ only.

#include <string>

#include "audit/audit.hpp"
#include "audit/digest.hpp"

namespace spm::audit {

// Link `position` has `hash`; 0 is before the first one.
struct Place {
  std::int64_t position = 0;
  std::string hash = genesis_hash();
};

// Whole: from the first link, and through `proven`. Onward: from `proven`, which must still be there.
enum class Extent { Whole, Onward };
[[nodiscard]] Verification walk(db::Pool& pool, const Place& proven, Extent extent);

}  // namespace spm::audit
