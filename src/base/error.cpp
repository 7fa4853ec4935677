#include "base/error.hpp"

#include <array>
#include <utility>

namespace spm {
namespace {

struct CodeRow {
  ErrorCode code;
  std::string_view word;
  int status;
};

constexpr std::array kCodes{
    CodeRow{ErrorCode::ValidationError, "validation_error", 400},
    CodeRow{ErrorCode::CannotDelete, "cannot_delete", 400},
    CodeRow{ErrorCode::TestNotComplete, "test_not_complete", 400},
    CodeRow{ErrorCode::Unauthorized, "unauthorized", 401},
    CodeRow{ErrorCode::Forbidden, "forbidden", 403},
    CodeRow{ErrorCode::NotFound, "not_found", 404},
    CodeRow{ErrorCode::MethodNotAllowed, "method_not_allowed", 405},
    CodeRow{ErrorCode::Conflict, "conflict", 409},
    CodeRow{ErrorCode::TestAlreadyRunning, "test_already_running", 409},
    CodeRow{ErrorCode::InvalidTransition, "invalid_transition", 409},
    CodeRow{ErrorCode::NoItemsInQueue, "no_items_in_queue", 404},
    CodeRow{ErrorCode::PayloadTooLarge, "payload_too_large", 413},
    CodeRow{ErrorCode::RateLimited, "rate_limited", 429},
    CodeRow{ErrorCode::UyuniError, "uyuni_error", 502},
    CodeRow{ErrorCode::SaltError, "salt_error", 502},
    CodeRow{ErrorCode::PrometheusError, "prometheus_error", 502},
    CodeRow{ErrorCode::SpmSyncError, "spm_sync_error", 502},
    CodeRow{ErrorCode::ServiceUnavailable, "service_unavailable", 503},
    CodeRow{ErrorCode::InternalError, "internal_error", 500},
};

const CodeRow& row_of(ErrorCode code) {
  for (const auto& row : kCodes) {
    if (row.code == code) return row;
  }
  return kCodes.back();
}

}  // namespace

std::string_view to_string(ErrorCode code) { return row_of(code).word; }
int http_status(ErrorCode code) { return row_of(code).status; }

std::string_view to_string(UpstreamFailure failure) {
  switch (failure) {
    case UpstreamFailure::None: return "none";
    case UpstreamFailure::Unreachable: return "unreachable";
    case UpstreamFailure::OutcomeUnknown: return "outcome_unknown";
    case UpstreamFailure::Refused: return "refused";
    case UpstreamFailure::BadAnswer: return "bad_answer";
  }
  return "none";
}

tl::unexpected<Error> fail(ErrorCode code, std::string message, json::object details) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(details), UpstreamFailure::None});
}

tl::unexpected<Error> fail_upstream(ErrorCode code, UpstreamFailure failure, std::string message, json::object details) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(details), failure});
}

}  // namespace spm
