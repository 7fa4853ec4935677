#pragma once
// The endpoints under /api/v1/sync: how the sources stand, and asking for a sync. Part of catalogue::endpoints().

#include <vector>

#include "base/time.hpp"
#include "catalogue/types.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::catalogue {

[[nodiscard]] std::vector<http::Endpoint> sync_endpoints(db::Pool& pool, const Clock& clock, std::vector<Source> configured);

}  // namespace spm::catalogue
