#pragma once
// What follows from a changed catalogue. Called at the end of each sync, also of one that failed half-way: what it stored has its
// consequences.

#include <set>

#include "catalogue/sync.hpp"

namespace spm::catalogue {

// Recomputes superseding for the whole catalogue and tells on_changed of all that changed.
void draw_consequences(const SyncContext& context, std::set<AdvisoryName> changed);

}  // namespace spm::catalogue
