#include "integrations/oidc/provider.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/json_access.hpp"
#include "base/url.hpp"
#include "integrations/oidc/signature.hpp"
#include "net/url_encode.hpp"

namespace spm::oidc {
namespace {

using net::url_encode;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kKept = std::chrono::hours(1);
constexpr std::chrono::seconds kSoonestRefresh{30};
constexpr std::chrono::seconds kLongestWait{1};  // for a turn
constexpr std::size_t kMaxAnswer = 1024 * 1024;
// Some servers take no address beyond 8 KB. Without the hint the provider asks the person whether they mean it.
constexpr std::size_t kLongestHint = 4096;

tl::unexpected<Error> refused(std::string message) {
  return fail_upstream(ErrorCode::Unauthorized, UpstreamFailure::Refused, std::move(message));
}

tl::unexpected<Error> unusable(UpstreamFailure failure, std::string message) {
  return fail_upstream(ErrorCode::ServiceUnavailable, failure, std::move(message));
}

// RFC 7636 4.2, S256.
std::string challenge_of(const std::string& verifier) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  const std::vector<unsigned char> bytes(verifier.begin(), verifier.end());
  (void)crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text{};
  return sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

// RFC 6749 2.3.1: both are encoded as in a form before they become user and password.
std::string basic_authorization(const std::string& id, const std::string& secret) {
  const auto login = url_encode(id) + ":" + url_encode(secret);
  const std::vector<unsigned char> bytes(login.begin(), login.end());
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  (void)sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the NUL
  return "Basic " + text;
}

// The provider's word for what is wrong ("invalid_grant"): it goes to the log, so nothing else that may stand there does.
std::string word_in(const json::value& answer) {
  if (!answer.is_object()) return "";
  const auto word = optional_string(answer.as_object(), "error", {}, {.max_bytes = 64});
  if (!word || !*word) return "";
  const bool is_word = std::all_of((*word)->begin(), (*word)->end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return is_word ? " (" + **word + ")" : "";
}

Result<json::object> read_answer(std::string_view what, const net::HttpAnswer& answer) {
  const auto body = parse_json(answer.body);
  if (answer.status == 400 || answer.status == 401 || answer.status == 403) {
    return refused(fmt::format("the identity provider refused {}: {}{}", what, answer.status, body ? word_in(*body) : ""));
  }
  if (answer.status != 200 || !body || !body->is_object()) {
    const auto failure = answer.status == 503 ? UpstreamFailure::Unreachable : UpstreamFailure::BadAnswer;
    return unusable(failure, fmt::format("the identity provider answered {} with {} instead of JSON and 200", what, answer.status));
  }
  return body->as_object();
}

class Turn {
 public:
  explicit Turn(std::counting_semaphore<2>& turns) : turns_(turns), has_it_(turns.try_acquire_for(kLongestWait)) {}
  ~Turn() {
    if (has_it_) turns_.release();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] explicit operator bool() const { return has_it_; }

 private:
  std::counting_semaphore<2>& turns_;
  bool has_it_;
};

tl::unexpected<Error> busy() { return unusable(UpstreamFailure::Unreachable, "too many logins wait for the identity provider"); }

}  // namespace

// Of one call, whatever it has to ask for.
class OidcProvider::Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds timeout) : at_(steady_clock::now() + timeout) {}
  [[nodiscard]] std::chrono::milliseconds left() const {
    return std::max(std::chrono::milliseconds(1), std::chrono::duration_cast<std::chrono::milliseconds>(at_ - steady_clock::now()));
  }

 private:
  steady_clock::time_point at_;
};

OidcProvider::OidcProvider(Options options, const Clock& clock, net::CallObserver observer)
    : options_(std::move(options)),
      clock_(clock),
      client_({.connect_timeout = options_.timeout,
               .total_timeout = options_.timeout,
               .max_answer_bytes = kMaxAnswer,
               .verify_tls = true,
               .ca_file = options_.ca_file}),
      guard_({.name = "oidc", .code = ErrorCode::ServiceUnavailable}, clock, std::move(observer)) {}

Result<std::string> OidcProvider::login_url(const ports::LoginProof& proof) {
  auto known = kept_metadata();
  if (!known) {
    const Turn turn(turns_);
    if (!turn) return busy();
    auto fetched = metadata(Deadline(options_.timeout));
    if (!fetched) return tl::unexpected(fetched.error());
    known = *std::move(fetched);
  }
  const auto& endpoint = known->authorization_endpoint;
  return fmt::format(
      "{}{}response_type=code&client_id={}&redirect_uri={}&scope={}&state={}&nonce={}&code_challenge={}&code_challenge_method=S256",
      endpoint, endpoint.find('?') == std::string::npos ? '?' : '&', url_encode(options_.client_id), url_encode(options_.redirect_url),
      url_encode(options_.scopes), url_encode(proof.state), url_encode(proof.nonce), challenge_of(proof.verifier));
}

Result<ports::KnownPerson> OidcProvider::redeem(const ports::ProviderAnswer& answer, const ports::LoginProof& proof) {
  const Turn turn(turns_);
  if (!turn) return busy();
  const Deadline deadline(options_.timeout);
  const auto known = metadata(deadline);
  if (!known) return tl::unexpected(known.error());
  const auto& provider = **known;
  if (answer.issuer ? *answer.issuer != provider.issuer : provider.names_itself_in_answers)
    return refused("the answer to the login is another identity provider's");
  const auto token = id_token(provider, answer.code, proof.verifier, deadline);
  if (!token) return tl::unexpected(token.error());
  const auto claims = claims_of(*token, provider.jwks_uri, deadline);
  if (!claims) return tl::unexpected(claims.error());
  auto person = person_of(*claims, {provider.issuer, options_.client_id, proof.nonce, options_.groups_claim}, clock_.now());
  if (person) person->end_session_url = end_session_url(provider, *token);
  return person;
}

std::shared_ptr<const Metadata> OidcProvider::kept_metadata() {
  const std::lock_guard lock(mutex_);
  return metadata_.value && clock_.now() - metadata_.fetched_at < kKept ? metadata_.value : nullptr;
}

Result<std::shared_ptr<const Metadata>> OidcProvider::metadata(const Deadline& deadline) {
  if (auto known = kept_metadata()) return known;
  net::HttpRequest request;
  request.url = options_.issuer + "/.well-known/openid-configuration";
  const auto document = ask("configuration", request, deadline);
  if (!document) return tl::unexpected(document.error());
  auto read = read_metadata(*document, options_.issuer);
  if (!read) return tl::unexpected(read.error());
  const std::lock_guard lock(mutex_);
  metadata_ = {std::make_shared<const Metadata>(*std::move(read)), clock_.now()};
  return metadata_.value;
}

Result<OidcProvider::Document> OidcProvider::keys(const std::string& url, std::chrono::seconds age, const Deadline& deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (keys_.value && clock_.now() - keys_.fetched_at < age) return keys_.value;
  }
  net::HttpRequest request;
  request.url = url;
  auto document = ask("keys", request, deadline);
  if (!document) return tl::unexpected(document.error());
  const std::lock_guard lock(mutex_);
  keys_ = {std::make_shared<const json::object>(*std::move(document)), clock_.now()};
  return keys_.value;
}

Result<std::string> OidcProvider::id_token(const Metadata& metadata, const std::string& code, const std::string& verifier,
                                           const Deadline& deadline) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = metadata.token_endpoint;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  auto body = fmt::format("grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}", url_encode(code),
                          url_encode(options_.redirect_url), url_encode(verifier));
  if (!options_.client_secret.empty() && metadata.takes_secret_in_header) {
    request.headers.emplace_back("Authorization", basic_authorization(options_.client_id, options_.client_secret));
  } else {
    body += "&client_id=" + url_encode(options_.client_id);
    if (!options_.client_secret.empty()) body += "&client_secret=" + url_encode(options_.client_secret);
  }
  request.body = std::move(body);
  const auto answer = ask("token", request, deadline);
  if (!answer) return tl::unexpected(answer.error());
  auto token = required_string(*answer, "id_token", {}, {.max_bytes = 64 * 1024, .may_be_empty = false});
  if (!token) return refused("the identity provider gave no ID token; OIDC_SCOPES must contain openid");
  return token;
}

// A provider changes its keys when it likes: an unknown one is looked for once more. Forged tokens cannot make us ask all the time.
Result<json::object> OidcProvider::claims_of(const std::string& token, const std::string& key_url, const Deadline& deadline) {
  auto claims = tl::expected<json::object, SignatureProblem>(tl::unexpected(SignatureProblem::UnknownKey));
  for (const auto age : {kKept, kSoonestRefresh}) {
    const auto known = keys(key_url, age, deadline);
    if (!known) return tl::unexpected(known.error());
    claims = verified_claims(token, **known);
    if (claims || claims.error() != SignatureProblem::UnknownKey) break;
  }
  if (!claims) return refused(fmt::format("the ID token is refused: {}", to_string(claims.error())));
  return *std::move(claims);
}

// Tried once: a login that waits for repetitions is no better than one that says at once that it did not work.
Result<json::object> OidcProvider::ask(std::string_view what, const net::HttpRequest& request, const Deadline& deadline) {
  return guard_.call<json::object>(what, net::Repeat::Never, [&]() -> Result<json::object> {
    auto timed = request;
    timed.total_timeout = deadline.left();
    const auto answer = client_.send(timed, ErrorCode::ServiceUnavailable);
    if (!answer) return tl::unexpected(answer.error());
    return read_answer(what, *answer);
  });
}

std::string OidcProvider::end_session_url(const Metadata& metadata, const std::string& token) const {
  if (!metadata.end_session_endpoint) return "";
  const auto& endpoint = *metadata.end_session_endpoint;
  auto url = fmt::format("{}{}client_id={}&post_logout_redirect_uri={}", endpoint, endpoint.find('?') == std::string::npos ? '?' : '&',
                         url_encode(options_.client_id), url_encode(origin_of(options_.redirect_url) + "/"));
  if (token.size() <= kLongestHint) url += "&id_token_hint=" + token;
  return url;
}

}  // namespace spm::oidc
