#pragma once
// Who is it, by what the configuration names: the API key, as Authorization: Bearer, X-API-Key or the older X-SPM-Key; and the token of
// Prometheus, as Authorization: Bearer alone. Used by identity::Authenticator.
// Immutable; safe from any thread; never blocks. Key and token are kept in memory, never logged and never answered.

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
  // `metrics_token` opens what Prometheus reads and nothing else.
  ApiKeyAuthenticator(std::optional<std::string> key, std::string_view secret, std::optional<std::string> metrics_token = std::nullopt);

  // The principal "api-key:" + 8 hex digits, or "metrics-token". unauthorized when no key came, or another one, or two that differ;
  // forbidden, where there is no key, for a request that was sent by a page of another host or to another name than this machine's.
  [[nodiscard]] Result<access::Principal> authenticate(const http::Request& request) const;
  // False: nobody needs to authenticate.
  [[nodiscard]] bool has_key() const { return key_.has_value(); }

 private:
  [[nodiscard]] bool is_scraper(const http::Request& request) const;

  std::optional<std::string> key_;
  std::string actor_;
  std::optional<std::string> metrics_token_;
};

// Every key that a request carries, whatever the header; an empty one for an Authorization that is no Bearer.
[[nodiscard]] std::vector<std::string> presented_keys(const http::Request& request);

// The first 8 hex digits of the BLAKE2b of `key`, keyed with `secret`. Never empty, never reversible.
[[nodiscard]] std::string fingerprint(std::string_view key, std::string_view secret);

}  // namespace spm::auth
