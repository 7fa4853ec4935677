#pragma once
// The events of all slices for pages that show what happens as it happens. Reads PostgreSQL alone; endpoints run on several threads.

#include <boost/json/object.hpp>
#include <functional>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::live {

// What ages without an event, such as the state of upstreams: told by the stream at every sign of life, so that no page has to ask. Called
// from several threads; may throw DatabaseError.
using Pulse = std::function<json::object()>;

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, Pulse pulse);

}  // namespace spm::live
