#pragma once
// The superseding rule applied to the stored catalogue. Called after each sync.

#include <vector>

#include "db/db.hpp"

namespace spm::catalogue {

// The errata whose successor changed.
std::vector<AdvisoryName> recompute_superseding(db::Pool& pool, Time now);

}  // namespace spm::catalogue
