#pragma once
// What the endpoints of this slice share: reading fields that fit the contract already, and how a handler is wired.

#include <optional>
#include <string>
#include <vector>

#include "auth/seal.hpp"
#include "http/endpoint.hpp"
#include "identity/users.hpp"

namespace spm::identity {

struct Wiring {
  db::Pool& pool;
  const Clock& clock;
  Settings settings;
  SingleSignOn single_sign_on;
  auth::Seal seal;
};

// The parts of endpoints().
[[nodiscard]] std::vector<http::Endpoint> auth_endpoints(const Wiring& wiring);
[[nodiscard]] std::vector<http::Endpoint> oidc_endpoints(const Wiring& wiring);
[[nodiscard]] std::vector<http::Endpoint> user_endpoints(const Wiring& wiring);
[[nodiscard]] std::vector<http::Endpoint> key_endpoints(const Wiring& wiring);

inline Acting acting_of(const Wiring& wiring, const http::Request& request) {
  return {request.principal.actor, request.remote_address, wiring.clock.now()};
}

// nullopt when the field was left out or is null.
template <class T>
std::optional<T> field(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return json::value_to<T>(*value);
}

inline std::optional<access::Scope> scope_field(const json::object& body) {
  const auto* value = body.if_contains("scope");
  if (value == nullptr) return std::nullopt;
  return access::scope_from(*value);
}

inline json::array words(const std::vector<std::string>& all) { return json::array(all.begin(), all.end()); }

inline json::value scope_json(const access::Scope& scope) {
  return scope.is_everything() ? json::value(nullptr) : json::value(access::to_json(scope));
}

// Row of endpoints: `handle` gets the wiring and the request.
inline auto wired(const Wiring& wiring) {
  return [wiring](auto handle) { return [wiring, handle](const http::Request& request) { return handle(wiring, request); }; };
}

}  // namespace spm::identity
