#include "integrations/oidc/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_access.hpp"
#include "base/url.hpp"

namespace spm::oidc {
namespace {

constexpr StringLimits kSubject{.max_bytes = 255, .may_be_empty = false};  // Core 2
constexpr std::size_t kLongestName = 200;

tl::unexpected<Error> refused(std::string why) {
  return fail_upstream(ErrorCode::Unauthorized, UpstreamFailure::Refused, "the ID token is refused: " + std::move(why));
}

tl::unexpected<Error> bad_metadata(std::string why) {
  return fail_upstream(ErrorCode::ServiceUnavailable, UpstreamFailure::BadAnswer,
                       "the identity provider's configuration cannot be used: " + std::move(why));
}

// A text, or a list of texts; nullopt for anything else.
std::optional<std::vector<std::string>> texts_in(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->if_string()) return std::vector<std::string>{std::string(*text)};
  const auto* list = value->if_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& entry : *list) {
    if (!entry.is_string()) return std::nullopt;
    texts.emplace_back(entry.as_string());
  }
  return texts;
}

Result<void> check_parties(const json::object& claims, const Expected& expected) {
  const auto issuer = required_string(claims, "iss");
  if (!issuer || *issuer != expected.issuer) return refused("iss is not " + expected.issuer);
  const auto audience = texts_in(claims, "aud");
  if (!audience || std::find(audience->begin(), audience->end(), expected.client_id) == audience->end())
    return refused("aud does not name " + expected.client_id);
  const auto party = optional_string(claims, "azp");
  if (!party || (*party && **party != expected.client_id)) return refused("azp is not " + expected.client_id);
  if (audience->size() > 1 && !*party) return refused("aud names several and azp is missing");
  return {};
}

// Seconds since 1970; RFC 7519 allows fractions.
Result<double> time_in(const json::object& claims, std::string_view name) {
  const auto seconds = required_number(claims, name);
  if (!seconds || *seconds < 0 || *seconds > 1e11) return refused(fmt::format("{} is missing or no time", name));
  return *seconds;
}

Result<void> check_times(const json::object& claims, Time now) {
  const double today = std::chrono::duration<double>(now.time_since_epoch()).count();
  const auto skew = static_cast<double>(kClockSkew.count());
  const auto expires = time_in(claims, "exp");
  if (!expires) return tl::unexpected(expires.error());
  if (today >= *expires + skew) return refused("it has expired; compare the clocks of this machine and of the identity provider");
  const auto issued = time_in(claims, "iat");
  if (!issued) return tl::unexpected(issued.error());
  if (*issued > today + skew) return refused("it is from the future; compare the clocks of this machine and of the identity provider");
  if (!claims.contains("nbf")) return {};
  const auto begins = time_in(claims, "nbf");
  if (!begins) return tl::unexpected(begins.error());
  if (*begins > today + skew) return refused("it is not valid yet; compare the clocks of this machine and of the identity provider");
  return {};
}

// Names are for people: one that is no text, or too long, is none.
std::string name_in(const json::object& claims, std::string_view name) {
  const auto text = optional_string(claims, name, {}, {.max_bytes = kLongestName});
  return text && *text ? **text : "";
}

std::string first_name_in(const json::object& claims, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (auto text = name_in(claims, name); !text.empty()) return text;
  }
  return "";
}

Result<std::string> endpoint_in(const json::object& document, std::string_view name) {
  auto url = required_string(document, name);
  if (!url) return bad_metadata(url.error().message);
  if (!is_https_or_loopback(*url)) return bad_metadata(fmt::format("{} is no https address", name));
  return *std::move(url);
}

std::string_view without_slash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

// client_secret_basic is what a provider takes that says nothing (Discovery 3).
bool takes_basic(const json::object& document) {
  const auto methods = texts_in(document, "token_endpoint_auth_methods_supported");
  return !methods || std::find(methods->begin(), methods->end(), "client_secret_basic") != methods->end();
}

}  // namespace

Result<ports::KnownPerson> person_of(const json::object& claims, const Expected& expected, Time now) {
  if (const auto parties = check_parties(claims, expected); !parties) return tl::unexpected(parties.error());
  if (const auto times = check_times(claims, now); !times) return tl::unexpected(times.error());
  const auto nonce = required_string(claims, "nonce");
  if (!nonce || *nonce != expected.nonce) return refused("nonce is not that of this login");
  const auto subject = required_string(claims, "sub", {}, kSubject);
  if (!subject) return refused("sub is missing or no name");
  ports::KnownPerson person;
  person.issuer = expected.issuer;
  person.subject = *subject;
  person.username = first_name_in(claims, {"preferred_username", "upn", "email"});
  person.display_name = name_in(claims, "name");
  if (claims.contains(expected.groups_claim)) {
    const auto groups = texts_in(claims, expected.groups_claim);
    if (!groups) return refused(fmt::format("{} is no list of texts", expected.groups_claim));
    person.groups = *groups;
  }
  return person;
}

Result<Metadata> read_metadata(const json::object& document, const std::string& configured_issuer) {
  Metadata metadata;
  const auto issuer = required_string(document, "issuer");
  if (!issuer || without_slash(*issuer) != without_slash(configured_issuer)) {
    return bad_metadata(fmt::format("it is that of {}, and OIDC_ISSUER is {}", issuer ? *issuer : "nobody", configured_issuer));
  }
  metadata.issuer = *issuer;
  for (const auto& [name, target] : {std::pair{"authorization_endpoint", &metadata.authorization_endpoint},
                                     {"token_endpoint", &metadata.token_endpoint},
                                     {"jwks_uri", &metadata.jwks_uri}}) {
    auto url = endpoint_in(document, name);
    if (!url) return tl::unexpected(url.error());
    *target = *std::move(url);
  }
  if (document.contains("end_session_endpoint")) {
    auto url = endpoint_in(document, "end_session_endpoint");
    if (!url) return tl::unexpected(url.error());
    metadata.end_session_endpoint = *std::move(url);
  }
  metadata.takes_secret_in_header = takes_basic(document);
  const auto names_itself = optional_bool(document, "authorization_response_iss_parameter_supported");
  metadata.names_itself_in_answers = names_itself && names_itself->value_or(false);
  return metadata;
}

}  // namespace spm::oidc
