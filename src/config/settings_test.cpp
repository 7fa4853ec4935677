#include "config/settings.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace spm::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

Environment complete() {
  return {{"API_KEY", "0123456789abcdef"},    {"SECRET_KEY", "0123456789abcdef0123456789abcdef"},
          {"UYUNI_URL", "https://uyuni/"},    {"UYUNI_USER", "spm"},
          {"UYUNI_PASSWORD", "uyuni-secret"}, {"SALT_API_URL", "https://uyuni:9080"},
          {"SALT_API_USER", "salt"},          {"SALT_API_PASSWORD", "salt-secret"}};
}

Environment with(const Environment& changes) {
  auto environment = complete();
  for (const auto& [key, value] : changes) environment[key] = value;
  return environment;
}

std::vector<std::string> problems_of(const Result<Loaded>& loaded) {
  std::vector<std::string> out;
  if (loaded) return out;
  for (const auto& problem : loaded.error().details.at("problems").as_array()) out.emplace_back(problem.as_string());
  return out;
}

// A file that exists while the test runs.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / fmt::format("spm-settings-{}-{}", getpid(), ++count_)) {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  static inline int count_ = 0;
  std::filesystem::path path_;
};

TEST(Settings, HaveTheirDefaults) {
  const auto loaded = load(complete(), std::nullopt);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto& settings = loaded->settings;
  EXPECT_EQ(settings.api.port, 5001);
  EXPECT_EQ(settings.api.dashboard_port, 8501);
  EXPECT_EQ(settings.uyuni.url, "https://uyuni");
  EXPECT_TRUE(settings.uyuni.verify_tls);
  EXPECT_EQ(settings.uyuni.test_group_prefix, "test-");
  EXPECT_EQ(settings.spm_sync.min_severity, ports::Severity::Medium);
  EXPECT_EQ(settings.tests.wait_after_patch, 300s);
  EXPECT_EQ(settings.tests.cpu_delta_threshold, 20);
  EXPECT_FALSE(settings.tests.ubuntu.id);
  EXPECT_EQ(settings.score.kernel_penalty, 30);
  EXPECT_EQ(settings.score.history_factor, 20);
  EXPECT_EQ(settings.database.conninfo, "host='localhost' port='5432' dbname='spm_orchestrator' user='spm_orchestrator'");
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("API_TLS_CERT is not set")));
  EXPECT_THAT(loaded->secrets, Contains("uyuni-secret"));
}

TEST(Settings, ReportEveryWrongValueAtOnceWithItsRange) {
  const auto loaded = load(with({{"API_PORT", "70000"},
                                 {"UYUNI_VERIFY_SSL", "maybe"},
                                 {"SPM_SYNC_MIN_SEVERITY", "Huge"},
                                 {"TEST_CPU_DELTA_THRESHOLD", "nan"},
                                 {"COMMAND_BACKEND", "ssh"},
                                 {"API_HOST", "localhost"},
                                 {"TEST_SYSTEM_RHEL_ID", "web01"},
                                 {"UYUNI_URL", "uyuni.example.org"},
                                 {"LOG_LEVEL", "chatty"}}),
                           std::nullopt);
  EXPECT_THAT(
      problems_of(loaded),
      ElementsAre("API_HOST=localhost: must be an IP address such as 127.0.0.1, 0.0.0.0 or ::; default 0.0.0.0",
                  "API_PORT=70000: must be a port 1..65535; default 5001",
                  "SPM_SYNC_MIN_SEVERITY=Huge: must be one of Low, Medium, High, Critical; default Medium",
                  "UYUNI_URL=uyuni.example.org: must be an address such as https://host:port, without user and password; no default",
                  "UYUNI_VERIFY_SSL=maybe: must be true or false; default true",
                  "COMMAND_BACKEND=ssh: must be one of salt, uyuni; default salt",
                  "TEST_SYSTEM_RHEL_ID=web01: must be an integer 1..9007199254740991; no default",
                  "TEST_CPU_DELTA_THRESHOLD=nan: must be a number 0..100 (percentage points); default 20",
                  "LOG_LEVEL=chatty: must be one of debug, info, warning, error; default info"));
}

TEST(Settings, ReadNetworksStrictly) {
  EXPECT_EQ(load(with({{"CHECKS_ALLOWED_NETWORKS", "127.0.0.0/8, fd00::/8,192.0.2.7"}}), std::nullopt)->settings.checks.allowed_networks,
            "127.0.0.0/8, fd00::/8,192.0.2.7");
  for (const auto* wrong : {"localhost", "10.0.0.0/33", "10.0.0.0/8;::1"}) {
    EXPECT_THAT(problems_of(load(with({{"CHECKS_ALLOWED_NETWORKS", wrong}}), std::nullopt)),
                ElementsAre(HasSubstr("must be networks such as 10.0.0.0/8, fd00::/8, 192.0.2.7")));
  }
}

TEST(Settings, ListsAreFilesOrAddressesAndHoldNoSecrets) {
  const auto loaded =
      load(with({{"KEV_SOURCE", "/not/there/yet.json"}, {"EPSS_SOURCE", "https://lists.example/epss.csv.gz"}}), std::nullopt);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings.cves.kev, "/not/there/yet.json") << "it is looked for when it is read";
  EXPECT_EQ(loaded->settings.cves.epss, "https://lists.example/epss.csv.gz");
  EXPECT_EQ(loaded->settings.cves.cvss, "");
  for (const auto* wrong :
       {"lists/kev.json", "file:///kev.json", "https://ada:secret@lists.example/kev", "https://lists.example/?token=1", "/a\nb"}) {
    EXPECT_THAT(problems_of(load(with({{"KEV_SOURCE", wrong}}), std::nullopt)),
                ElementsAre(HasSubstr("must be the absolute path of a file")));
  }
  EXPECT_THAT(load(with({{"KEV_SOURCE", "http://lists.example/kev"}}), std::nullopt)->warnings,
              Contains(HasSubstr("KEV_SOURCE=http://lists")));
  EXPECT_THAT(load(with({{"KEV_SOURCE", "http://127.0.0.1:8000/kev"}}), std::nullopt)->warnings, Not(Contains(HasSubstr("KEV_SOURCE"))));
}

TEST(Settings, NameWhatIsMissing) {
  const auto loaded = load({}, std::nullopt);
  ASSERT_FALSE(loaded);
  for (const auto* key :
       {"API_KEY", "SECRET_KEY", "UYUNI_URL", "UYUNI_USER", "UYUNI_PASSWORD", "SALT_API_URL", "SALT_API_USER", "SALT_API_PASSWORD"}) {
    EXPECT_THAT(problems_of(loaded), Contains(HasSubstr(std::string(key) + ": is required")));
  }
  EXPECT_TRUE(load({}, std::nullopt, Purpose::Database));
  EXPECT_TRUE(load({}, std::nullopt, Purpose::Demo));
}

TEST(Settings, DoNotNeedSaltWhenCommandsGoThroughUyuni) {
  EXPECT_TRUE(
      load(with({{"COMMAND_BACKEND", "uyuni"}, {"SALT_API_URL", ""}, {"SALT_API_USER", ""}, {"SALT_API_PASSWORD", ""}}), std::nullopt));
}

TEST(Settings, NeverRepeatASecret) {
  const auto loaded = load(with({{"SECRET_KEY", "too-short-secret"}, {"DATABASE_URL", "mysql://u:db-secret@h/n"}}), std::nullopt);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("SECRET_KEY: must be a secret of 32..512 characters"));
  EXPECT_THAT(loaded.error().message, HasSubstr("DATABASE_URL: must begin with postgresql://"));
  EXPECT_THAT(loaded.error().message, Not(HasSubstr("too-short-secret")));
  EXPECT_THAT(loaded.error().message, Not(HasSubstr("db-secret")));
}

TEST(Settings, HideThePasswordInTheDatabaseAddress) {
  const auto loaded = load(with({{"DATABASE_URL", "postgresql://spm:db-s3cret@db:5432/spm"}}), std::nullopt);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings.database.conninfo, "postgresql://spm:db-s3cret@db:5432/spm");
  EXPECT_THAT(loaded->secrets, Contains("db-s3cret"));
}

TEST(Settings, RefuseCredentialsInAnAddress) {
  EXPECT_FALSE(load(with({{"PROMETHEUS_URL", "http://user:password@prometheus:9090"}}), std::nullopt));
  EXPECT_FALSE(load(with({{"PROMETHEUS_URL", "http://:9090"}}), std::nullopt));
  EXPECT_FALSE(load(with({{"PROMETHEUS_URL", "http://prometheus:0"}}), std::nullopt));
  EXPECT_TRUE(load(with({{"PROMETHEUS_URL", "http://[::1]:9090/prometheus/"}}), std::nullopt));
}

TEST(Settings, TakeOlderNamesWithAWarning) {
  auto environment = with({{"FLASK_PORT", "5055"}, {"SPM_API_KEY", "an-older-api-key-0"}, {"API_HOST", "127.0.0.1"}});
  environment.erase("API_KEY");
  const auto loaded = load(environment, std::nullopt);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings.api.port, 5055);
  EXPECT_EQ(loaded->settings.api.key, "an-older-api-key-0");
  EXPECT_THAT(loaded->warnings,
              ElementsAre("FLASK_PORT is the older name of API_PORT: rename it", "SPM_API_KEY is the older name of API_KEY: rename it"));
}

TEST(Settings, QuoteTheDatabasePassword) {
  const auto loaded = load(with({{"DB_PASSWORD", R"(it's a \ "pass word")"}, {"DB_HOST", "/run/postgresql"}}), std::nullopt);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.database.conninfo,
            R"(host='/run/postgresql' port='5432' dbname='spm_orchestrator' user='spm_orchestrator' password='it\'s a \\ "pass word"')");
}

TEST(Settings, PreferTheEnvironmentToTheFile) {
  const TemporaryFile file("API_PORT=6000\nDASHBOARD_PORT=6001\nUYUNI_USSER=typo\nHOME_DIRECTORY=/x\n");
  const auto loaded = load(with({{"API_PORT", "7000"}, {"API_HOST", "::1"}}), file.path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings.api.port, 7000);
  EXPECT_EQ(loaded->settings.api.dashboard_port, 6001);
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("UYUNI_USSER is not a setting")));
}

TEST(Settings, WarnOfPasswordsInTheClear) {
  EXPECT_THAT(load(with({{"API_HOST", "192.0.2.7"}}), std::nullopt)->warnings, ElementsAre(HasSubstr("API_TLS_CERT is not set")));
  EXPECT_THAT(load(with({{"API_HOST", "127.0.0.1"}}), std::nullopt)->warnings, IsEmpty());
  const TemporaryFile file("");
  const auto tls = load(with({{"API_TLS_CERT", file.path().string()}, {"API_TLS_KEY", file.path().string()}}), std::nullopt);
  ASSERT_TRUE(tls) << tls.error().message;
  EXPECT_THAT(tls->warnings, IsEmpty());
}

TEST(Settings, RefuseAFileThatCannotBeRead) {
  const auto loaded = load(complete(), "/nonexistent/.env");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message, "/nonexistent/.env: cannot be read");
}

TEST(Settings, WantBothFilesOfTls) {
  const TemporaryFile certificate("-----BEGIN CERTIFICATE-----");
  EXPECT_THAT(problems_of(load(with({{"API_TLS_CERT", certificate.path()}}), std::nullopt)),
              ElementsAre("API_TLS_CERT and API_TLS_KEY: both or none must be set"));
  EXPECT_THAT(problems_of(load(with({{"UYUNI_CA_FILE", "/nonexistent.pem"}}), std::nullopt)),
              ElementsAre("UYUNI_CA_FILE=/nonexistent.pem: must be a file that exists and can be read; no default"));
}

TEST(Settings, WantAMetricsTokenThatIsNotTheApiKey) {
  EXPECT_EQ(load(complete(), std::nullopt)->settings.api.metrics_token, "");
  const auto loaded = load(with({{"METRICS_TOKEN", "fedcba9876543210"}}), std::nullopt);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings.api.metrics_token, "fedcba9876543210");
  EXPECT_THAT(loaded->secrets, Contains("fedcba9876543210")) << "no log may show it";
  EXPECT_THAT(problems_of(load(with({{"METRICS_TOKEN", "0123456789abcdef"}}), std::nullopt)),
              ElementsAre("METRICS_TOKEN: must differ from API_KEY, which may do everything"));
  EXPECT_THAT(problems_of(load(with({{"METRICS_TOKEN", "short"}}), std::nullopt)), ElementsAre(HasSubstr("16..512")));
}

TEST(Settings, WantASessionToEndIdleBeforeItEndsAnyway) {
  const auto loaded = load(complete(), std::nullopt);
  EXPECT_EQ(loaded->settings.sessions.idle, 30min);
  EXPECT_EQ(loaded->settings.sessions.longest, 12h);
  EXPECT_TRUE(load(with({{"SESSION_IDLE_MINUTES", "60"}, {"SESSION_MAX_HOURS", "1"}}), std::nullopt));
  EXPECT_THAT(problems_of(load(with({{"SESSION_IDLE_MINUTES", "61"}, {"SESSION_MAX_HOURS", "1"}}), std::nullopt)),
              ElementsAre("SESSION_IDLE_MINUTES=61: must be at most SESSION_MAX_HOURS=1"));
  EXPECT_THAT(problems_of(load(with({{"SESSION_IDLE_MINUTES", "0"}, {"SESSION_MAX_HOURS", "169"}}), std::nullopt)),
              ElementsAre(HasSubstr("1..1440"), HasSubstr("1..168")));
}

Environment with_single_sign_on(const Environment& changes) {
  auto environment = with({{"OIDC_ISSUER", "https://sso.example.com/realms/it"},
                           {"OIDC_CLIENT_ID", "spm"},
                           {"OIDC_REDIRECT_URL", "https://spm.example.com/api/v1/auth/oidc/callback"},
                           {"OIDC_GROUP_ROLES", "spm-admins=admin, spm-ops=operator"}});
  for (const auto& [key, value] : changes) environment[key] = value;
  return environment;
}

TEST(Settings, TakeAnIdentityProvider) {
  const auto loaded = load(with_single_sign_on({{"OIDC_CLIENT_SECRET", "a secret of the client"}}), std::nullopt);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->settings.oidc.issuer, "https://sso.example.com/realms/it");
  EXPECT_EQ(loaded->settings.oidc.group_roles.size(), 2U);
  EXPECT_EQ(loaded->settings.oidc.groups_claim, "groups");
  EXPECT_THAT(loaded->secrets, Contains("a secret of the client"));
  EXPECT_TRUE(load(with_single_sign_on({{"OIDC_ISSUER", "http://127.0.0.1:8080"}}), std::nullopt));
}

TEST(Settings, RefuseHalfAnIdentityProvider) {
  for (const auto& [change, problem] : std::vector<std::pair<Environment, std::string>>{
           {{{"OIDC_ISSUER", ""}}, "all or none must be set"},
           {{{"OIDC_CLIENT_ID", ""}}, "all or none must be set"},
           {{{"OIDC_REDIRECT_URL", ""}}, "all or none must be set"},
           {{{"OIDC_GROUP_ROLES", ""}}, "OIDC_GROUP_ROLES: is required"},
           {{{"OIDC_GROUP_ROLES", "spm-admins=root"}}, "OIDC_GROUP_ROLES=spm-admins=root: must be groups with their roles"},
           {{{"OIDC_ISSUER", "http://sso.example.com"}}, "OIDC_ISSUER=http://sso.example.com: must begin with https://"},
           {{{"OIDC_REDIRECT_URL", "https://spm.example.com/callback"}}, "must end with /api/v1/auth/oidc/callback"},
           {{{"OIDC_SCOPES", "profile openid2"}}, "OIDC_SCOPES: must contain openid"}}) {
    EXPECT_THAT(problems_of(load(with_single_sign_on(change), std::nullopt)), ElementsAre(HasSubstr(problem)));
  }
}

TEST(Settings, WantTwoPorts) {
  EXPECT_THAT(problems_of(load(with({{"DASHBOARD_PORT", "5001"}}), std::nullopt)),
              ElementsAre("DASHBOARD_PORT=5001: must differ from API_PORT"));
}

}  // namespace
}  // namespace spm::config
