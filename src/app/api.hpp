#pragma once
// The endpoints that belong to no slice: the contract, the page to browse it, and the orchestrator's own metrics.

#include <string>
#include <vector>

#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "metrics/metrics.hpp"

namespace spm::app {

[[nodiscard]] std::vector<http::Endpoint> own_endpoints(metrics::Metrics& metrics, db::Pool& pool, const Clock& clock,
                                                        std::string contract);

}  // namespace spm::app
