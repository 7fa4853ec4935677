#pragma once
// Who says that a person is who they say: an OpenID Connect provider. Called by the two endpoints of a login, in their thread: each call
// has a deadline of a few seconds on the whole of it.
//
// Errors carry a message for the log, without code, token or secret. Unreachable, OutcomeUnknown, BadAnswer: the provider cannot be used
// now. Refused: it said no, or what it said does not hold.

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace spm::ports {

// Random texts of one login. The provider gives them back or has to be shown them, so nobody can slip in the answer to another login.
struct LoginProof {
  std::string state;
  std::string nonce;
  std::string verifier;
};

// With what the browser came back.
struct ProviderAnswer {
  std::string code;
  std::optional<std::string> issuer;  // RFC 9207; when it is there it must be right
};

struct KnownPerson {
  std::string issuer;
  std::string subject;       // with the issuer: this person for ever
  std::string username;      // as the provider writes it; empty: it says none
  std::string display_name;  // may be empty
  std::vector<std::string> groups;
  std::string end_session_url;  // where a browser ends the provider's own session; empty: the provider has no such place
};

class IdentityProvider {
 public:
  virtual ~IdentityProvider() = default;
  // Where the browser goes to log in.
  [[nodiscard]] virtual Result<std::string> login_url(const LoginProof& proof) = 0;
  // Whom the answer is about. Everything was checked: signature, issuer, audience, times, nonce.
  [[nodiscard]] virtual Result<KnownPerson> redeem(const ProviderAnswer& answer, const LoginProof& proof) = 0;
};

}  // namespace spm::ports
