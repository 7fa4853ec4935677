// People who come by OpenID Connect: a real provider (tests/support/oidc), the real endpoints, and a browser that goes from one to the
// other.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/child_process.hpp"
#include "http/contract.hpp"
#include "http/dispatcher.hpp"
#include "identity/identity.hpp"
#include "integrations/oidc/provider.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/postgres.hpp"

namespace spm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kClientId = "spm-orchestrator";
constexpr const char* kClientSecret = "a secret & with = signs";
constexpr const char* kOrigin = "http://127.0.0.1:8501";
constexpr const char* kCallback = "http://127.0.0.1:8501/api/v1/auth/oidc/callback";

std::string text_of_file(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

// The provider, one for all tests; what a test changes in it, it puts back.
class RealProvider {
 public:
  RealProvider() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spm-oidc-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    const auto log = folder_ / "log";
    auto started =
        cli::ChildProcess::start({"/usr/bin/env", fmt::format("CLIENT_ID={}", kClientId), fmt::format("CLIENT_SECRET={}", kClientSecret),
                                  fmt::format("REDIRECT_URL={}", kCallback), "node", test::in_source("tests/support/oidc/server.mjs")},
                                 log.string());
    if (!started) throw std::runtime_error(started.error().message);
    process_.emplace(std::move(*started));
    const bool listens = eventually([&] { return text_of_file(log).find("PORT ") != std::string::npos || !process_->is_running(); });
    const auto text = text_of_file(log);
    const auto at = text.find("PORT ");
    if (!listens || at == std::string::npos) {
      throw std::runtime_error("the identity provider of the tests does not start; run npm ci in tests/support/oidc. It says: " + text);
    }
    issuer_ = "http://127.0.0.1:" + text.substr(at + 5, text.find('\n', at) - at - 5);
  }
  ~RealProvider() { std::filesystem::remove_all(folder_); }
  RealProvider(const RealProvider&) = delete;
  RealProvider& operator=(const RealProvider&) = delete;

  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  void control(const std::string& what) const {
    net::HttpRequest request;
    request.url = issuer_ + "/control/" + what;
    ASSERT_TRUE(client_.send(request, ErrorCode::InternalError));
  }

 private:
  std::filesystem::path folder_;
  std::optional<cli::ChildProcess> process_;
  std::string issuer_;
  net::HttpClient client_{{}};
};

using Cookies = std::map<std::string, std::string>;

void keep(Cookies& cookies, const std::string& set_cookie) {
  const auto pair = set_cookie.substr(0, set_cookie.find(';'));
  cookies[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
}

std::string sent(const Cookies& cookies) {
  std::string all;
  for (const auto& [name, value] : cookies) all += fmt::format("{}{}={}", all.empty() ? "" : "; ", name, value);
  return all;
}

struct Browser {
  Cookies here;       // of the orchestrator
  Cookies elsewhere;  // of the provider
};

class OidcLogin : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { real = std::make_unique<RealProvider>(); }
  static void TearDownTestSuite() { real.reset(); }

  OidcLogin() {
    clock.set(SystemClock().now());
    next("ada");
    real->control("groups?account=ada&groups=spm-ops,spm-deciders");
    real->control("broken?on=0");
  }

  void next(const std::string& account, bool deny = false) { real->control(fmt::format("next?account={}&deny={}", account, deny ? 1 : 0)); }

  struct Answer {
    int status = 0;
    std::string location;
    std::string body;
    std::vector<std::string> cookies;
    [[nodiscard]] json::object json() const { return json::parse(body).as_object(); }
  };

  // A request of the browser to the orchestrator; `target` is path and query.
  Answer call(Browser& browser, http::Method method, const std::string& target, const std::string& csrf = "") {
    http::Request request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    if (const auto mark = target.find('?'); mark != std::string::npos) request.query = http::parse_query(target.substr(mark + 1)).value();
    request.remote_address = "192.0.2.7";
    request.request_id = "test";
    request.headers.emplace("Cookie", sent(browser.here));
    if (!csrf.empty()) request.headers.emplace("X-CSRF-Token", csrf);
    const auto response = dispatcher.handle(request).response;
    Answer answer{response.status, "", response.body, {}};
    if (const auto location = response.headers.find("Location"); location != response.headers.end()) answer.location = location->second;
    const auto [first, last] = response.headers.equal_range("Set-Cookie");
    for (auto cookie = first; cookie != last; ++cookie) {
      answer.cookies.push_back(cookie->second);
      keep(browser.here, cookie->second);
    }
    return answer;
  }

  // From the button to the moment in which the provider sends the browser back: that address, from the path on.
  std::string to_the_provider_and_back(Browser& browser, const std::string& button = "/api/v1/auth/oidc/login") {
    auto at = call(browser, http::Method::Get, button).location;
    for (int i = 0; i < 10 && !at.starts_with(kOrigin) && !at.starts_with("/?"); ++i) {
      net::HttpRequest request;
      request.url = at;
      request.headers.emplace_back("Cookie", sent(browser.elsewhere));
      const auto answer = client.send(request, ErrorCode::InternalError);
      if (!answer || !answer->header("Location")) {
        ADD_FAILURE() << at << ": " << (answer ? fmt::format("{} {}", answer->status, answer->body) : answer.error().message);
        return "";
      }
      for (const auto& [name, value] : answer->headers) {
        if (name == "Set-Cookie" || name == "set-cookie") keep(browser.elsewhere, value);
      }
      at = *answer->header("Location");
      if (at.starts_with('/')) at = real->issuer() + at;
    }
    return at.starts_with(kOrigin) ? at.substr(std::string(kOrigin).size()) : at;
  }

  Answer come_back(Browser& browser, const std::string& target) { return call(browser, http::Method::Get, target); }
  Answer log_in(Browser& browser) { return come_back(browser, to_the_provider_and_back(browser)); }
  json::object profile(Browser& browser) { return call(browser, http::Method::Get, "/api/v1/auth/me").json(); }

  std::vector<std::string> audited() {
    std::vector<std::string> actions;
    for (const auto row : database.query("SELECT actor || ' ' || action || ' ' || subject_id AS line FROM audit_log ORDER BY id")) {
      actions.push_back(row.text("line"));
    }
    return actions;
  }
  std::int64_t count(const std::string& from) { return database.query("SELECT count(*) AS n FROM " + from)[0].integer("n"); }

  static std::unique_ptr<RealProvider> real;
  TestDatabase database;
  ManualClock clock;
  net::HttpClient client{{}};
  oidc::OidcProvider provider{{.issuer = real->issuer(),
                               .client_id = kClientId,
                               .client_secret = kClientSecret,
                               .redirect_url = kCallback,
                               .scopes = "openid profile",
                               .groups_claim = "groups",
                               .ca_file = ""},
                              clock};
  identity::Settings settings;
  identity::SingleSignOn single_sign_on{&provider, "Keycloak",
                                        access::parse_group_roles("spm-ops=operator,spm-deciders=approver,boss=admin").value(),
                                        "the secret key of a test"};
  identity::Authenticator authenticator{database.pool(), clock, settings, auth::ApiKeyAuthenticator("the-configured-key", "secret")};
  http::Dispatcher dispatcher{{.endpoints = identity::endpoints(database.pool(), clock, settings, single_sign_on),
                               .authenticate = [this](const http::Request& request) { return authenticator.authenticate(request); },
                               .run_once = {},
                               .observer = {},
                               .answer_check = http::AnswerCheck::Strict},
                              http::Contract::embedded(),
                              clock};
};
std::unique_ptr<RealProvider> OidcLogin::real;

TEST_F(OidcLogin, OpensASessionWithTheRolesOfTheGroups) {
  Browser ada;
  EXPECT_EQ(call(ada, http::Method::Get, "/api/v1/auth/methods").json().at("oidc").at("label").as_string(), "Keycloak");
  const auto back = to_the_provider_and_back(ada, "/api/v1/auth/oidc/login?return_to=/queue?status=failed%26os=debian");
  ASSERT_THAT(back, StartsWith("/api/v1/auth/oidc/callback?"));
  const auto answer = come_back(ada, back + "&session_state=what+Keycloak+adds");
  ASSERT_EQ(answer.status, 200) << answer.location;
  EXPECT_THAT(answer.body, HasSubstr("content=\"0; url=/queue?status=failed&amp;os=debian\""));
  EXPECT_THAT(answer.cookies, Contains(HasSubstr("; Path=/; HttpOnly; SameSite=Strict; Secure")));
  EXPECT_THAT(answer.cookies, Contains("spm_oidc=; Path=/api/v1/auth/oidc; HttpOnly; SameSite=Lax; Secure; Max-Age=0"));

  const auto me = profile(ada);
  EXPECT_EQ(me.at("actor").as_string(), "user:ada") << "names are lower case here";
  EXPECT_EQ(me.at("display_name").as_string(), "Ada Lovelace");
  EXPECT_THAT(json::value_to<std::vector<std::string>>(me.at("roles")), ElementsAre("operator", "approver"));
  EXPECT_FALSE(me.at("has_password").as_bool());
  EXPECT_FALSE(me.at("must_change_password").as_bool());
  EXPECT_EQ(call(ada, http::Method::Get, "/api/v1/auth/sessions").json().at("items").at(0).at("method").as_string(), "oidc");
  EXPECT_THAT(audited(), ElementsAre("oidc user.add ada", "user:ada auth.login ada"));
}

TEST_F(OidcLogin, WhatIsStoredOnTheWayTellsNothing) {
  Browser ada;
  const auto url = call(ada, http::Method::Get, "/api/v1/auth/oidc/login").location;
  const auto query = http::parse_query(url.substr(url.find('?') + 1)).value();
  EXPECT_EQ(query.find("code_challenge_method")->second, "S256");
  EXPECT_EQ(query.find("redirect_uri")->second, kCallback);
  const auto row = database.query("SELECT state_hash || browser_hash || nonce || verifier AS text FROM oidc_logins")[0].text("text");
  EXPECT_THAT(row, Not(HasSubstr(query.find("state")->second)));
  EXPECT_THAT(row, Not(HasSubstr(query.find("nonce")->second)));
  EXPECT_THAT(row, Not(HasSubstr(ada.here.at("spm_oidc"))));
}

TEST_F(OidcLogin, TheSamePersonIsTheSameUserWithTodaysRoles) {
  Browser ada;
  ASSERT_EQ(log_in(ada).status, 200);
  const auto id = profile(ada).at("user_id").as_int64();
  real->control("groups?account=ada&groups=boss");
  Browser other;
  ASSERT_EQ(log_in(other).status, 200);
  const auto me = profile(other);
  EXPECT_EQ(me.at("user_id").as_int64(), id);
  EXPECT_THAT(json::value_to<std::vector<std::string>>(me.at("roles")), ElementsAre("admin"));
  EXPECT_THAT(json::value_to<std::vector<std::string>>(profile(ada).at("roles")), ElementsAre("admin")) << "in the older session too";
  EXPECT_THAT(audited(), Contains("oidc user.change ada"));
  EXPECT_EQ(count("users"), 1);
}

TEST_F(OidcLogin, AnAnswerIsTakenOnceFromTheBrowserThatSetOut) {
  Browser ada;
  const auto back = to_the_provider_and_back(ada);
  Browser eve;
  EXPECT_EQ(come_back(eve, back).location, "/?login_error=login_expired") << "a link that is sent to somebody logs nobody in";
  Browser mallory;
  (void)call(mallory, http::Method::Get, "/api/v1/auth/oidc/login");
  EXPECT_EQ(come_back(mallory, back).location, "/?login_error=login_expired") << "not with a login of one's own under way either";
  auto wrong = back;
  wrong[wrong.find("state=") + 6] ^= 1;
  EXPECT_EQ(come_back(ada, wrong).location, "/?login_error=login_expired");
  EXPECT_EQ(come_back(ada, "/api/v1/auth/oidc/callback?code=abc").location, "/?login_error=login_expired");
  const auto cookies = ada.here;
  EXPECT_EQ(come_back(ada, back).status, 200) << "what others tried did not use it up";
  ada.here = cookies;
  EXPECT_EQ(come_back(ada, back).location, "/?login_error=login_expired") << "replayed";
  EXPECT_EQ(count("sessions"), 1);
}

TEST_F(OidcLogin, WhoTakesTooLongBeginsAnew) {
  Browser ada;
  const auto back = to_the_provider_and_back(ada);
  clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(come_back(ada, back).location, "/?login_error=login_expired");
  EXPECT_EQ(count("sessions"), 0);
}

TEST_F(OidcLogin, ACodeOfAnotherLoginDoesNotFit) {
  Browser ada;
  const auto first = to_the_provider_and_back(ada);
  Browser eve;
  const auto second = to_the_provider_and_back(eve);
  const auto code = [](const std::string& target) { return http::parse_query(target.substr(target.find('?') + 1))->find("code")->second; };
  const auto state = [](const std::string& target) {
    return http::parse_query(target.substr(target.find('?') + 1))->find("state")->second;
  };
  const auto injected = fmt::format("/api/v1/auth/oidc/callback?code={}&state={}&iss={}", code(first), state(second), real->issuer());
  EXPECT_EQ(come_back(eve, injected).location, "/?login_error=login_refused") << "PKCE: the provider sees another verifier";
  EXPECT_EQ(come_back(ada, first + "&iss=").status, 400) << "a parameter twice";
}

TEST_F(OidcLogin, AnAnswerOfAnotherProviderIsRefused) {
  for (const std::string issuer : {"https://evil.example.com", ""}) {
    Browser ada;
    auto back = to_the_provider_and_back(ada);
    back = back.substr(0, back.find("&iss="));
    if (!issuer.empty()) back += "&iss=" + issuer;
    EXPECT_EQ(come_back(ada, back).location, "/?login_error=login_refused") << issuer;
  }
}

TEST_F(OidcLogin, NewKeysOfTheProviderAreFound) {
  Browser before;
  ASSERT_EQ(log_in(before).status, 200);
  real->control("rotate");
  Browser too_soon;
  EXPECT_EQ(log_in(too_soon).location, "/?login_error=login_refused") << "the keys were asked for a moment ago";
  clock.advance(std::chrono::seconds(30));
  Browser after;
  EXPECT_EQ(log_in(after).status, 200);
}

TEST_F(OidcLogin, TokensOfAnotherTimeAreRefused) {
  Browser ada;
  const auto back = to_the_provider_and_back(ada);
  clock.set(SystemClock().now() - std::chrono::minutes(5));
  EXPECT_EQ(come_back(ada, back).location, "/?login_error=login_refused");
}

TEST_F(OidcLogin, LoggingOutLeadsToTheProvidersLogout) {
  Browser ada;
  ASSERT_EQ(log_in(ada).status, 200);
  EXPECT_EQ(count("sessions WHERE end_session_url LIKE '%http%'"), 0) << "sealed: it has the ID token in it";
  const auto csrf = std::string(profile(ada).at("csrf_token").as_string());
  const auto answer = call(ada, http::Method::Post, "/api/v1/auth/logout", csrf);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto url = std::string(answer.json().at("end_session_url").as_string());
  EXPECT_THAT(url, StartsWith(real->issuer() +
                              "/session/end?client_id=spm-orchestrator&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8501%2F"));
  EXPECT_EQ(profile(ada).at("error").as_string(), "unauthorized");
  net::HttpRequest request;
  request.url = url;
  request.headers.emplace_back("Cookie", sent(ada.elsewhere));
  const auto page = client.send(request, ErrorCode::InternalError);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200) << "the provider takes client, address and hint: " << page->body;
}

TEST_F(OidcLogin, WhoHasNoGroupThatBringsARoleStaysOut) {
  next("bob");
  Browser bob;
  EXPECT_EQ(log_in(bob).location, "/?login_error=no_role");
  EXPECT_EQ(count("users"), 0);
}

TEST_F(OidcLogin, WhoLostTheLastGroupLosesEverything) {
  Browser ada;
  ASSERT_EQ(log_in(ada).status, 200);
  real->control("groups?account=ada&groups=cooks");
  Browser again;
  EXPECT_EQ(log_in(again).location, "/?login_error=no_role");
  EXPECT_EQ(profile(ada).at("error").as_string(), "unauthorized") << "the session that was open is over";
  EXPECT_EQ(count("users WHERE roles = '{}'"), 1) << "so keys of hers may do nothing";
}

TEST_F(OidcLogin, DisabledAndDeletedPeopleStayOut) {
  Browser ada;
  ASSERT_EQ(log_in(ada).status, 200);
  const auto id = identity::id_of_user(database.pool(), "ada").value();
  ASSERT_TRUE(identity::disable_user(database.pool(), id, {"test", "", clock.now()}));
  Browser again;
  EXPECT_EQ(log_in(again).location, "/?login_error=account_disabled");
  database.query("UPDATE users SET deleted_at = disabled_at");
  Browser deleted;
  EXPECT_EQ(log_in(deleted).location, "/?login_error=account_disabled") << "nobody comes back as somebody new";
  EXPECT_EQ(count("users"), 1);
}

TEST_F(OidcLogin, ALocalUserOfTheSameNameIsNotTakenOver) {
  identity::NewUser local;
  local.username = "ada";
  local.roles = {"admin"};
  local.password = "seven green trams at noon";
  ASSERT_TRUE(identity::add_user(database.pool(), local, {"test", "", clock.now()}));
  Browser ada;
  EXPECT_EQ(log_in(ada).location, "/?login_error=name_taken");
  EXPECT_EQ(count("users WHERE issuer IS NULL"), 1);
  EXPECT_EQ(count("sessions"), 0);
}

TEST_F(OidcLogin, ThereIsNoPasswordToSetAndNoRoleToGive) {
  Browser ada;
  ASSERT_EQ(log_in(ada).status, 200);
  const auto id = identity::id_of_user(database.pool(), "ada").value();
  const identity::Acting acting{"test", "", clock.now()};
  const auto reset = identity::reset_password(database.pool(), id, std::nullopt, acting);
  ASSERT_FALSE(reset);
  EXPECT_EQ(reset.error().code, ErrorCode::Conflict);
}

TEST_F(OidcLogin, WhoDeclinesComesBackToTheLoginPage) {
  next("ada", true);
  Browser ada;
  EXPECT_EQ(log_in(ada).location, "/?login_error=login_denied");
}

TEST_F(OidcLogin, AProviderThatIsDownIsSaidSo) {
  Browser ada;
  const auto back = to_the_provider_and_back(ada);
  real->control("broken?on=1");
  EXPECT_EQ(come_back(ada, back).location, "/?login_error=provider_unavailable");
  clock.advance(std::chrono::hours(2));
  EXPECT_EQ(call(ada, http::Method::Get, "/api/v1/auth/oidc/login").location, "/?login_error=provider_unavailable");
}

TEST_F(OidcLogin, LeadsNowhereElse) {
  Browser ada;
  for (const auto* elsewhere :
       {"https://evil.example.com", "//evil.example.com", "/\\evil.example.com", "evil", "", "/a\"><script>", "/a b", "/a%0a"}) {
    const auto answer = call(ada, http::Method::Get, fmt::format("/api/v1/auth/oidc/login?return_to={}", elsewhere));
    EXPECT_EQ(answer.status, 400) << elsewhere;
  }
  EXPECT_THAT(ada.here, IsEmpty());
}

TEST(WithoutSingleSignOn, TheEndpointsSayThatThereIsNone) {
  TestDatabase database;
  ManualClock clock;
  http::Dispatcher dispatcher({.endpoints = identity::endpoints(database.pool(), clock, {}),
                               .authenticate = {},
                               .run_once = {},
                               .observer = {},
                               .answer_check = http::AnswerCheck::Strict},
                              http::Contract::embedded(), clock);
  for (const auto& [path, status] : {std::pair{"oidc/login", 404}, {"oidc/callback", 404}, {"methods", 200}}) {
    http::Request request;
    request.path = std::string("/api/v1/auth/") + path;
    request.request_id = "test";
    const auto response = dispatcher.handle(request).response;
    EXPECT_EQ(response.status, status) << path;
    if (status == 200) {
      EXPECT_TRUE(json::parse(response.body).at("oidc").is_null());
    }
  }
}

}  // namespace
}  // namespace spm::test
