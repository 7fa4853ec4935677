#pragma once
// Writing what a source said into the catalogue, in bulk: rows are read, merged (catalogue/rules.hpp) and written only where they changed.
// Called by the syncs, on a worker's thread.

#include <vector>

#include "catalogue/rules.hpp"
#include "db/db.hpp"

namespace spm::catalogue {

struct WriteReport {
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t skipped = 0;           // the database refused them one by one; each has a log line
  std::vector<AdvisoryName> changed;  // inserted or updated
};

// `told` names every erratum at most once. Commits every thousand; an erratum that the database refuses does not stop the others.
[[nodiscard]] WriteReport write_told(db::Pool& pool, const std::vector<Told>& told, Time now);

}  // namespace spm::catalogue
