#pragma once
// Whether a token was signed by one of the provider's keys (JWS, RFC 7515): the only place that knows cjose. Pure; safe from any thread.
//
// RS256 and ES256 are taken, nothing else. The algorithm chooses the kind of key before any key is looked at, so a token cannot have a
// public key used as the secret of an HMAC, and "none" is no algorithm.

#include <string_view>

#include "base/error.hpp"

namespace spm::oidc {

enum class SignatureProblem {
  Malformed,            // no signed token
  AlgorithmNotAllowed,  // none, HS256, or anything but the two
  UnknownKey,           // no key of the set fits: perhaps the provider has newer ones
  Wrong,                // a key fits, the signature does not
};

[[nodiscard]] std::string_view to_string(SignatureProblem problem);

// The claims of a token whose signature holds. `key_set` is a JWK Set; keys that make no sense are passed over.
[[nodiscard]] tl::expected<json::object, SignatureProblem> verified_claims(std::string_view token, const json::object& key_set);

}  // namespace spm::oidc
