#pragma once
// The events of all slices for pages that show what happens as it happens. Reads PostgreSQL alone; endpoints run on several threads.

#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::live {

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock);

}  // namespace spm::live
