#pragma once
// What UYUNI's faults mean: an error for a person with details.fault_code, or the sign of a session that is gone. Pure.

#include <string>

#include "base/error.hpp"
#include "net/xmlrpc.hpp"

namespace spm::uyuni {

constexpr std::int64_t kNotApplicable = 2600;   // a requested patch is not applicable, or scheduled already
constexpr std::int64_t kCannotCancel = 10003;   // a system has picked the action up
constexpr std::int64_t kTaskomaticDown = 2802;  // nothing was scheduled
constexpr std::int64_t kOutsideWindow = 11334;  // outside the maintenance window
constexpr std::int64_t kLoginFailed = 2950;
constexpr std::int64_t kPermissionDenied = -23;

// Code -1 with one of four texts: there is no code of its own for it (uyuni-xmlrpc 1.7).
[[nodiscard]] bool is_session_lost(const xmlrpc::Fault& fault);

// A fault means that nothing was stored: the call's transaction was rolled back (uyuni-xmlrpc 1.6).
[[nodiscard]] Error error_of(const xmlrpc::Fault& fault, const std::string& method, const std::string& user);

// The fault code that an error of error_of() carries; 0 for other errors.
[[nodiscard]] std::int64_t fault_code(const Error& error);
[[nodiscard]] bool fault_says(const Error& error, std::string_view words);  // compares without regard to case

}  // namespace spm::uyuni
