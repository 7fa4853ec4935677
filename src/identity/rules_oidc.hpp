#pragma once
// Decisions about a login by OpenID Connect. Pure values and functions.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"

namespace spm::identity {

inline constexpr std::chrono::minutes kLoginLasts{10};  // from setting out to coming back

// Why a login did not succeed, as the login page is told; the log has the details.
enum class LoginProblem {
  Expired,              // unknown, used already, too old, or another browser's
  Denied,               // the provider says that the person may not, or did not want to
  ProviderUnavailable,  // it cannot be asked now
  Refused,              // its answer does not hold
  NoRole,               // none of the person's groups brings a role
  Disabled,             // the account was disabled or deleted here
  NameTaken,            // somebody else has or had the user name here
};
// "login_expired": stable, for the address of the login page.
[[nodiscard]] std::string_view to_string(LoginProblem problem);

// From an error of ports::IdentityProvider.
[[nodiscard]] LoginProblem problem_of(UpstreamFailure failure);

// As it is stored. A name that cannot be one here, or that the provider does not say, becomes one that follows from who it is.
[[nodiscard]] std::string outside_username(const std::string& given, const std::string& issuer, const std::string& subject);

}  // namespace spm::identity
