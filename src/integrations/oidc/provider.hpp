#pragma once
// An OpenID Connect provider (Keycloak, Entra ID): authorization code with PKCE. Created by app/; called by the endpoints of a login, which
// wait for it: at most `timeout` for all the requests of one call, and at most two calls at a time, so that a provider that hangs leaves
// the service's other workers alone.
//
// What the provider says about itself and its keys are kept for an hour; a token with an unknown key has them fetched anew, at most every
// 30 s. Safe from any thread.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>

#include "base/time.hpp"
#include "integrations/oidc/rules.hpp"
#include "net/http_client.hpp"
#include "net/upstream_guard.hpp"
#include "ports/identity_provider.hpp"

namespace spm::oidc {

struct Options {
  std::string issuer;  // https, or loopback
  std::string client_id;
  std::string client_secret;  // empty: a public client, by PKCE alone
  std::string redirect_url;
  std::string scopes;  // "openid profile email"
  std::string groups_claim;
  std::string ca_file;  // empty: the system's
  std::chrono::milliseconds timeout{5'000};
};

class OidcProvider final : public ports::IdentityProvider {
 public:
  OidcProvider(Options options, const Clock& clock, net::CallObserver observer = {});

  [[nodiscard]] Result<std::string> login_url(const ports::LoginProof& proof) override;
  [[nodiscard]] Result<ports::KnownPerson> redeem(const ports::ProviderAnswer& answer, const ports::LoginProof& proof) override;

 private:
  class Deadline;
  template <class T>
  struct Kept {
    std::shared_ptr<const T> value;
    Time fetched_at;
  };
  using Document = std::shared_ptr<const json::object>;

  [[nodiscard]] std::shared_ptr<const Metadata> kept_metadata();  // null: none, or too old
  [[nodiscard]] Result<std::shared_ptr<const Metadata>> metadata(const Deadline& deadline);
  // Not older than `age`.
  [[nodiscard]] Result<Document> keys(const std::string& url, std::chrono::seconds age, const Deadline& deadline);
  [[nodiscard]] Result<std::string> id_token(const Metadata& metadata, const std::string& code, const std::string& verifier,
                                             const Deadline& deadline);
  [[nodiscard]] Result<json::object> claims_of(const std::string& token, const std::string& key_url, const Deadline& deadline);
  [[nodiscard]] Result<json::object> ask(std::string_view what, const net::HttpRequest& request, const Deadline& deadline);
  [[nodiscard]] std::string end_session_url(const Metadata& metadata, const std::string& token) const;

  Options options_;
  const Clock& clock_;
  net::HttpClient client_;
  net::UpstreamGuard guard_;
  std::counting_semaphore<2> turns_{2};
  std::mutex mutex_;  // of what is kept; never held while the provider is asked
  Kept<Metadata> metadata_;
  Kept<json::object> keys_;
};

}  // namespace spm::oidc
