#include "integrations/oidc/signature.hpp"

#include <cjose/cjose.h>

#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json_access.hpp"

namespace spm::oidc {
namespace {

constexpr std::size_t kLongestToken = 64 * 1024;
constexpr std::size_t kShortestRsaKey = 2048;  // bits

using Jws = std::unique_ptr<cjose_jws_t, decltype(&cjose_jws_release)>;
struct ReleaseKey {
  void operator()(cjose_jwk_t* key) const { (void)cjose_jwk_release(key); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, ReleaseKey>;

// What the header of a token asks for.
struct Wanted {
  std::string algorithm;
  std::optional<std::string> key_id;

  [[nodiscard]] bool is_rsa() const { return algorithm == "RS256"; }
};

std::optional<std::string> header_text(cjose_header_t* header, const char* name) {
  cjose_err error{};
  const char* text = cjose_header_get(header, name, &error);
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

// The header as it was sent: cjose gives out texts and lists, and passes over what is neither.
std::optional<json::object> sent_header(std::string_view token) {
  const auto encoded = token.substr(0, token.find('.'));
  std::uint8_t* bytes = nullptr;
  std::size_t length = 0;
  cjose_err error{};
  if (!cjose_base64url_decode(encoded.data(), encoded.size(), &bytes, &length, &error)) return std::nullopt;
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(bytes, cjose_get_dealloc());
  const auto value = parse_json(std::string(bytes, bytes + length));
  if (!value || !value->is_object()) return std::nullopt;
  return value->as_object();
}

std::optional<std::string> text_of(const json::object& object, std::string_view name) {
  const auto text = optional_string(object, name);
  return text ? *text : std::nullopt;
}

bool fits(const json::object& key, const Wanted& wanted) {
  if (text_of(key, "kty") != (wanted.is_rsa() ? "RSA" : "EC")) return false;
  if (!wanted.is_rsa() && text_of(key, "crv") != "P-256") return false;
  if (key.contains("use") && text_of(key, "use") != "sig") return false;
  if (key.contains("alg") && text_of(key, "alg") != wanted.algorithm) return false;
  return !wanted.key_id || text_of(key, "kid") == wanted.key_id;
}

// Only what makes the public key: the rest of the entry is not cjose's to read.
Jwk import_key(const json::object& key, const Wanted& wanted) {
  json::object needed;
  static const std::vector<std::string_view> kRsa{"kty", "n", "e"};
  static const std::vector<std::string_view> kEllipticCurve{"kty", "crv", "x", "y"};
  for (const auto name : wanted.is_rsa() ? kRsa : kEllipticCurve) {
    if (const auto text = text_of(key, name)) needed.emplace(name, *text);
  }
  const auto text = json::serialize(needed);
  cjose_err error{};
  Jwk imported(cjose_jwk_import(text.data(), text.size(), &error));
  if (imported && wanted.is_rsa() && cjose_jwk_get_keysize(imported.get(), &error) < kShortestRsaKey) return nullptr;
  return imported;
}

std::vector<Jwk> fitting_keys(const json::object& key_set, const Wanted& wanted) {
  std::vector<Jwk> keys;
  const auto list = optional_array(key_set, "keys", {}, 1000);
  if (!list || *list == nullptr) return keys;
  for (const auto& entry : **list) {
    if (!entry.is_object() || !fits(entry.as_object(), wanted)) continue;
    if (auto key = import_key(entry.as_object(), wanted)) keys.push_back(std::move(key));
  }
  // A token that does not say which key is only understood when there is no choice.
  if (!wanted.key_id && keys.size() > 1) keys.clear();
  return keys;
}

tl::expected<json::object, SignatureProblem> claims_of(const cjose_jws_t* jws) {
  std::uint8_t* bytes = nullptr;
  std::size_t length = 0;
  cjose_err error{};
  if (!cjose_jws_get_plaintext(jws, &bytes, &length, &error)) return tl::unexpected(SignatureProblem::Malformed);
  const auto value = parse_json(std::string(bytes, bytes + length));
  if (!value || !value->is_object()) return tl::unexpected(SignatureProblem::Malformed);
  return value->as_object();
}

}  // namespace

std::string_view to_string(SignatureProblem problem) {
  switch (problem) {
    case SignatureProblem::Malformed: return "it is no signed token";
    case SignatureProblem::AlgorithmNotAllowed: return "its algorithm is neither RS256 nor ES256";
    case SignatureProblem::UnknownKey: return "none of the identity provider's keys fits";
    case SignatureProblem::Wrong: return "its signature is wrong";
  }
  return "";
}

tl::expected<json::object, SignatureProblem> verified_claims(std::string_view token, const json::object& key_set) {
  cjose_err error{};
  if (token.empty() || token.size() > kLongestToken) return tl::unexpected(SignatureProblem::Malformed);
  const Jws jws(cjose_jws_import(token.data(), token.size(), &error), &cjose_jws_release);
  if (!jws) return tl::unexpected(SignatureProblem::Malformed);
  cjose_header_t* header = cjose_jws_get_protected(jws.get());
  const auto algorithm = header_text(header, "alg");
  if (algorithm != "RS256" && algorithm != "ES256") return tl::unexpected(SignatureProblem::AlgorithmNotAllowed);
  // What must be understood to be believed (RFC 7515 4.1.11), and a payload that is not encoded: neither belongs into an ID token.
  const auto sent = sent_header(token);
  if (!sent || sent->contains("crit") || sent->contains("b64")) return tl::unexpected(SignatureProblem::Malformed);
  const auto keys = fitting_keys(key_set, {*algorithm, header_text(header, "kid")});
  if (keys.empty()) return tl::unexpected(SignatureProblem::UnknownKey);
  for (const auto& key : keys) {
    if (cjose_jws_verify(jws.get(), key.get(), &error)) return claims_of(jws.get());
  }
  return tl::unexpected(SignatureProblem::Wrong);
}

}  // namespace spm::oidc
