#include "http/problem.hpp"

#include <utility>

namespace spm::http {
namespace {

std::string retry_after(const Error& error) {
  const auto* seconds = error.details.if_contains("retry_after_seconds");
  return std::to_string(seconds != nullptr && seconds->is_int64() ? seconds->as_int64() : 5);
}

}  // namespace

Response problem(const Error& error, const std::string& request_id, Time now) {
  const bool is_internal = error.code == ErrorCode::InternalError;
  json::object body;
  body["error"] = to_string(error.code);
  body["message"] = is_internal ? "an internal error occurred; the log names the cause under this request id" : error.message;
  if (!is_internal && !error.details.empty()) body["details"] = error.details;
  body["timestamp"] = format_time(now);
  body["request_id"] = request_id;
  auto response = json_response(http_status(error.code), body);
  if (error.code == ErrorCode::Unauthorized) response.headers.emplace("WWW-Authenticate", "Bearer realm=\"spm-orchestrator\"");
  if (error.code == ErrorCode::RateLimited || error.code == ErrorCode::ServiceUnavailable) {
    response.headers.emplace("Retry-After", retry_after(error));
  }
  return response;
}

EdgeError edge_problem(const Clock& clock) {
  return [&clock](ErrorCode code, int status, std::string message, const std::string& request_id) {
    auto response = problem({code, std::move(message), {}, UpstreamFailure::None}, request_id, clock.now());
    response.status = status;
    return response;
  };
}

}  // namespace spm::http
