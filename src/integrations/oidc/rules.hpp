#pragma once
// What an ID token and a provider's description of itself must say (OpenID Connect Core 3.1.3.7, Discovery 4.3). Pure.

#include <optional>
#include <string>

#include "base/time.hpp"
#include "ports/identity_provider.hpp"

namespace spm::oidc {

inline constexpr std::chrono::seconds kClockSkew{60};

struct Expected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  std::string groups_claim;
};

// Of claims whose signature holds. Refused with the first thing that is wrong; end_session_url is left empty.
[[nodiscard]] Result<ports::KnownPerson> person_of(const json::object& claims, const Expected& expected, Time now);

struct Metadata {
  std::string issuer;  // as the provider writes it: what tokens are compared with
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::optional<std::string> end_session_endpoint;
  bool takes_secret_in_header = true;    // else in the body
  bool names_itself_in_answers = false;  // RFC 9207: an answer without iss is none of this provider
};

// BadAnswer when it is another issuer's, lacks something, or has an address that is neither https nor loopback.
[[nodiscard]] Result<Metadata> read_metadata(const json::object& document, const std::string& configured_issuer);

}  // namespace spm::oidc
