#pragma once
// A login by OpenID Connect, in two halves: setting out to the provider and coming back; used inside this slice only. Both may wait for the
// provider (ports::IdentityProvider) and hold no transaction while they do.

#include <optional>
#include <string>

#include "identity/api_support.hpp"
#include "identity/rules_oidc.hpp"
#include "identity/sessions.hpp"

namespace spm::identity {

struct Departure {
  std::string url;            // where the browser goes
  std::string browser_token;  // for a cookie: only the browser that set out may come back
};
// `return_to` is a path of this service.
[[nodiscard]] tl::expected<Departure, LoginProblem> depart(const Wiring& wiring, const std::string& return_to);

// With what a browser came back.
struct Return {
  std::string state;
  std::string browser_token;
  std::optional<std::string> code;
  std::optional<std::string> error;   // the provider's word
  std::optional<std::string> issuer;  // RFC 9207
  From from;
};
struct Arrival {
  std::string session_token;
  std::string return_to;
};
// Adds the user at the first login, gives the roles of today's groups, opens a session.
[[nodiscard]] tl::expected<Arrival, LoginProblem> arrive(const Wiring& wiring, const Return& back);

}  // namespace spm::identity
