#pragma once
// GET /approvals/history: who decided what, when and why. Part of approvals::endpoints().

#include <vector>

#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::approvals {

[[nodiscard]] std::vector<http::Endpoint> history_endpoints(db::Pool& pool);

}  // namespace spm::approvals
