#pragma once
// The figures of the dashboard's first page. Handlers run on several threads and touch PostgreSQL alone.

#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::overview {

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock);

}  // namespace spm::overview
