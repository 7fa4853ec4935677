#pragma once
// What can go wrong because of a caller's input or an upstream, as a value.
//
// A function that can fail for such a reason returns Result<T>. A lost database and a bug throw instead, and are caught in
// exactly two places: the HTTP dispatcher and the step runner.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace spm {

namespace json = boost::json;

// The error codes of the REST contract. to_string() gives the word of the contract, http_status() its status.
enum class ErrorCode {
  ValidationError,     // a field of the request is wrong; details.fields names each
  CannotDelete,        // the item is in a state in which it must stay
  TestNotComplete,     // the result of a test that still runs was asked for
  Unauthorized,        // no or wrong credentials
  Forbidden,           // known, but may not do this
  NotFound,            // no such thing
  MethodNotAllowed,    // the path exists, the method does not
  Conflict,            // the thing changed meanwhile, or an idempotency key was reused with another body
  TestAlreadyRunning,  // no free test system of that OS
  InvalidTransition,   // the state machine has no such arrow
  NoItemsInQueue,      // nothing to test
  PayloadTooLarge,     // the request body exceeds the limit
  RateLimited,         // too many requests
  UyuniError,          // UYUNI failed or answered nonsense
  SaltError,           // the Salt API failed or answered nonsense
  PrometheusError,     // Prometheus failed or answered nonsense
  SpmSyncError,        // SPM-SYNC failed or answered nonsense
  ServiceUnavailable,  // starting, stopping, or the database is gone
  InternalError,       // a bug; never with inner detail
};

[[nodiscard]] std::string_view to_string(ErrorCode code);
[[nodiscard]] int http_status(ErrorCode code);

// How a call to an upstream ended when it did not succeed; decides what may be done next.
enum class UpstreamFailure {
  None,            // the error is not about an upstream
  Unreachable,     // nothing was sent, or the upstream said that it did nothing (503, Taskomatic down): safe to repeat
  OutcomeUnknown,  // the answer was lost after the request was sent: look before repeating
  Refused,         // the upstream understood and said no: repeating is useless
  BadAnswer,       // an answer came and makes no sense (truncated, wrong type, too large)
};

[[nodiscard]] std::string_view to_string(UpstreamFailure failure);

struct Error {
  ErrorCode code = ErrorCode::InternalError;
  std::string message;   // for a person: what happened, to what, what to do next
  json::object details;  // e.g. {"fields": {"limit": "must be 1..500"}}; {"fault_code": 2600}
  UpstreamFailure upstream = UpstreamFailure::None;
};

template <class T>
using Result = tl::expected<T, Error>;

// return fail(ErrorCode::NotFound, "queue item 17 does not exist");
[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, std::string message, json::object details = {});
[[nodiscard]] tl::unexpected<Error> fail_upstream(ErrorCode code, UpstreamFailure failure, std::string message, json::object details = {});

}  // namespace spm
