#pragma once
// The endpoints under /api/v1/sync: how the sources stand, and asking for a sync. Part of catalogue::endpoints(); the webhook asks too.

#include <string>
#include <vector>

#include "base/time.hpp"
#include "catalogue/types.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::catalogue {

// Who asks, from where, when.
struct AskedBy {
  std::string actor;
  std::string from_address;
  Time at;
};

// Opens a run, or finds the one that is open, and wakes the workers: {"run_id", "source", "status", "already_running"}. In the caller's
// transaction, with its audit row. ServiceUnavailable when no worker knows the job.
[[nodiscard]] Result<json::object> start_sync(db::Tx& tx, Source source, const AskedBy& asked);

[[nodiscard]] std::vector<http::Endpoint> sync_endpoints(db::Pool& pool, const Clock& clock, std::vector<Source> configured);

}  // namespace spm::catalogue
