#pragma once
// Looking up many errata one by one with bounded parallelism, and storing them as they come. Used by the syncs.

#include <functional>
#include <stop_token>
#include <vector>

#include "catalogue/rules.hpp"
#include "catalogue/sync.hpp"

namespace spm::catalogue {

using LookUp = std::function<Result<Told>(const AdvisoryName&)>;

struct LookUpReport {
  std::vector<AdvisoryName> stored;
  std::vector<AdvisoryName> changed;
  std::vector<PackageFailure> failed;
  std::int64_t updated = 0;
};

// Asks for each erratum on up to `concurrency` threads and stores a batch at a time, so that an interruption loses little. An erratum that
// fails is reported and logged, and the others go on; when a whole batch could not reach the upstream, its error is returned.
[[nodiscard]] Result<LookUpReport> look_up_all(db::Pool& pool, const Clock& clock, const std::vector<AdvisoryName>& names, int concurrency,
                                               const LookUp& look_up, const std::stop_token& stop);

}  // namespace spm::catalogue
