#include "auth/api_key.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "auth/token.hpp"
#include "base/networks.hpp"

namespace spm::auth {
namespace {

using Digest = std::array<unsigned char, crypto_generichash_BYTES>;

Digest blake2b(std::string_view text, const unsigned char* key, std::size_t key_size) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
  Digest digest{};
  const std::vector<unsigned char> bytes(text.begin(), text.end());
  if (crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), key, key_size) != 0) {
    throw std::logic_error("BLAKE2b refused its key");
  }
  return digest;
}

// "Bearer KEY", the scheme in any case; nullopt for another scheme.
std::optional<std::string> bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() <= kScheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return std::nullopt;
  }
  header.remove_prefix(kScheme.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return std::string(header);
}

// "127.0.0.1:8501", "[::1]:5001", "http://localhost:5173"
std::string_view host_in(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  return address.substr(0, address.find(':'));
}

bool is_this_machine(std::string_view address) {
  std::string host(host_in(address));
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return host == "localhost" || host.ends_with(".localhost") || is_loopback(host);
}

// Where nobody logs in, any page that is open in a browser of this machine could send requests; and one whose name was made to lead here
// could read the answers too.
bool is_from_elsewhere(const http::Request& request) {
  return !is_this_machine(request.header("Host").value_or("localhost")) || !is_this_machine(request.header("Origin").value_or("localhost"));
}

}  // namespace

std::vector<std::string> presented_keys(const http::Request& request) {
  std::vector<std::string> keys;
  const auto [first, last] = request.headers.equal_range("Authorization");
  for (auto header = first; header != last; ++header) keys.push_back(bearer_token(header->second).value_or(""));
  for (const auto* name : {"X-API-Key", "X-SPM-Key"}) {
    const auto [begin, end] = request.headers.equal_range(name);
    for (auto header = begin; header != end; ++header) keys.push_back(header->second);
  }
  return keys;
}

std::string fingerprint(std::string_view key, std::string_view secret) {
  const auto secret_digest = blake2b(secret, nullptr, 0);  // any length of secret becomes a key of the right size
  const auto digest = blake2b(key, secret_digest.data(), secret_digest.size());
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
}

ApiKeyAuthenticator::ApiKeyAuthenticator(std::optional<std::string> key, std::string_view secret, std::optional<std::string> metrics_token)
    : key_(std::move(key)), actor_(key_ ? "api-key:" + fingerprint(*key_, secret) : "demo"), metrics_token_(std::move(metrics_token)) {
  if (key_ && key_->empty()) throw std::logic_error("an empty API key would let everybody in");
  if (metrics_token_ && metrics_token_->empty()) throw std::logic_error("an empty metrics token would let everybody read the metrics");
}

Result<access::Principal> ApiKeyAuthenticator::authenticate(const http::Request& request) const {
  access::Principal principal{actor_, access::all_permissions()};
  principal.may_act_for_others = true;
  if (is_scraper(request)) return access::Principal{"metrics-token", {access::Permission::ReadMetrics}};
  if (!key_) {
    if (!is_from_elsewhere(request)) return principal;
    return fail(ErrorCode::Forbidden, "without API_KEY only pages and programs of this machine are answered, by localhost or 127.0.0.1");
  }
  const auto keys = presented_keys(request);
  if (keys.empty()) {
    return fail(ErrorCode::Unauthorized, "this call needs a login or an API key: send the key as Authorization: Bearer or X-API-Key");
  }
  for (const auto& key : keys) {
    if (!same_secret(key, *key_)) return fail(ErrorCode::Unauthorized, "the API key is not valid");
  }
  return principal;
}

// The token is good in the one header that Prometheus sends, and not beside another key.
bool ApiKeyAuthenticator::is_scraper(const http::Request& request) const {
  if (!metrics_token_ || !request.headers.contains("Authorization")) return false;
  const auto keys = presented_keys(request);
  return keys.size() == 1 && same_secret(keys.front(), *metrics_token_);
}

}  // namespace spm::auth
