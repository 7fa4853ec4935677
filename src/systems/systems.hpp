#pragma once
// Managed systems for people: what is known of them, their role and risk context, the end of a quarantine; organisations and groups.
// Handlers run on several threads, touch PostgreSQL alone and see no more than the scope of their caller.

#include <cstdint>
#include <set>
#include <vector>

#include "access/permission.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "scoring/scoring.hpp"

namespace spm::systems {

// Those of the systems that the scope covers. In the caller's transaction.
[[nodiscard]] std::set<std::int64_t> visible(db::Tx& tx, const access::Scope& scope, const std::vector<std::int64_t>& ids);

// `node_exporter_port`: where Prometheus finds the exporter on every test system.
[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults,
                                                    std::uint16_t node_exporter_port);

}  // namespace spm::systems
