#pragma once
// Who is it, by the one API key of the configuration: Authorization: Bearer, X-API-Key or the older X-SPM-Key. Given to the dispatcher.
// Immutable; safe from any thread; never blocks. The key itself is kept in memory, never logged and never answered.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/permission.hpp"
#include "http/message.hpp"

namespace spm::auth {

class ApiKeyAuthenticator {
 public:
  // Without a key everybody may do everything as "demo": only for a server that listens on loopback alone, which the caller of this
  // constructor must make sure of. `secret` keys the fingerprint, so that the actor in audit rows tells nothing about the key.
  ApiKeyAuthenticator(std::optional<std::string> key, std::string_view secret);

  // The principal "api-key:" + 8 hex digits. unauthorized when no key came, or another one, or two that differ.
  [[nodiscard]] Result<access::Principal> authenticate(const http::Request& request) const;
  // False: nobody needs to authenticate.
  [[nodiscard]] bool has_key() const { return key_.has_value(); }

 private:
  std::optional<std::string> key_;
  std::string actor_;
};

// Every key that a request carries, whatever the header; an empty one for an Authorization that is no Bearer.
[[nodiscard]] std::vector<std::string> presented_keys(const http::Request& request);

// The first 8 hex digits of the BLAKE2b of `key`, keyed with `secret`. Never empty, never reversible.
[[nodiscard]] std::string fingerprint(std::string_view key, std::string_view secret);

}  // namespace spm::auth
