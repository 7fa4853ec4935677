#pragma once
// The one shape of every error answer: {error, message, details?, timestamp, request_id}. Used by the dispatcher and the edge. Pure.

#include <string>

#include "base/time.hpp"
#include "http/message.hpp"
#include "http/server.hpp"

namespace spm::http {

// An internal_error says nothing of its cause: that stands in the log under the request id. unauthorized carries WWW-Authenticate;
// rate_limited and service_unavailable carry Retry-After (details.retry_after_seconds, 5 unless given).
[[nodiscard]] Response problem(const Error& error, const std::string& request_id, Time now);

// For Server::create: the errors of the edge in the same shape. `clock` must outlive the server.
[[nodiscard]] EdgeError edge_problem(const Clock& clock);

}  // namespace spm::http
