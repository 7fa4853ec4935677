#include "identity/rules_oidc.hpp"

#include "access/scope.hpp"
#include "base/digest.hpp"
#include "identity/rules.hpp"

namespace spm::identity {

std::string_view to_string(LoginProblem problem) {
  switch (problem) {
    case LoginProblem::Expired: return "login_expired";
    case LoginProblem::Denied: return "login_denied";
    case LoginProblem::ProviderUnavailable: return "provider_unavailable";
    case LoginProblem::Refused: return "login_refused";
    case LoginProblem::NoRole: return "no_role";
    case LoginProblem::Disabled: return "account_disabled";
    case LoginProblem::NameTaken: return "name_taken";
  }
  return "";
}

LoginProblem problem_of(UpstreamFailure failure) {
  return failure == UpstreamFailure::Refused ? LoginProblem::Refused : LoginProblem::ProviderUnavailable;
}

std::string outside_username(const std::string& given, const std::string& issuer, const std::string& subject) {
  auto name = normal_username(given);
  if (!problems_with_user(name, {}, {}).contains("username")) return name;
  return "oidc-" + sha256_hex(issuer + "\n" + subject).substr(0, 16);
}

}  // namespace spm::identity
