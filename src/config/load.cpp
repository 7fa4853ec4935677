#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "base/networks.hpp"
#include "base/url.hpp"
#include "config/env_file.hpp"
#include "config/table.hpp"
#include "config/value.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h declares it for GNU extensions only

namespace spm::config {
namespace {

struct Given {
  std::string text;
  bool by_older_name = false;
};

// One pass over everything: values, what must be there, and what belongs together. Problems are collected, never thrown.
class Loading {
 public:
  Loading(const Environment& environment, const Environment& file, Purpose purpose)
      : environment_(environment), file_(file), purpose_(purpose) {}

  Result<Loaded> run() {
    for (const auto& setting : settings_table()) take(setting);
    compose_conninfo();
    check_what_belongs_together();
    warn_of_misspelt_keys();
    if (problems_.empty()) return std::move(loaded_);
    json::array list;
    for (const auto& problem : problems_) list.emplace_back(problem);
    return fail(ErrorCode::ValidationError, fmt::format("{}", fmt::join(problems_, "\n")), {{"problems", std::move(list)}});
  }

 private:
  // The process's environment before the file, and in each the present name before the older one.
  [[nodiscard]] Given find(const Setting& setting) const {
    for (const auto* source : {&environment_, &file_}) {
      for (const auto name : {setting.key, setting.older_name}) {
        const auto found = name.empty() ? source->end() : source->find(std::string(name));
        if (found != source->end()) return {found->second, name == setting.older_name};
      }
    }
    return {};
  }

  void take(const Setting& setting) {
    const auto given = find(setting);
    if (given.by_older_name) {
      loaded_.warnings.push_back(fmt::format("{} is the older name of {}: rename it", setting.older_name, setting.key));
    }
    const auto text = given.text.empty() ? std::string(setting.default_text) : given.text;
    Value value;
    if (!text.empty()) {
      auto parsed = parse_value(setting, text);
      if (!parsed) {
        problems_.push_back(parsed.error().message);
        return;
      }
      value = *parsed;
    } else if (setting.required == Required::Serve && purpose_ == Purpose::Serve) {
      problems_.push_back(fmt::format("{}: is required and not set; must be {}. {}", setting.key, allowed(setting), setting.description));
    }
    if (setting.type == Type::Secret && value.is_set) loaded_.secrets.push_back(value.text);
    if (setting.store != nullptr) setting.store(loaded_.settings, value);
    values_[std::string(setting.key)] = value.text.empty() ? text : value.text;
  }

  [[nodiscard]] std::string value(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? "" : found->second;
  }

  // Quoted as libpq reads it: a password may hold anything.
  void compose_conninfo() {
    auto& conninfo = loaded_.settings.database.conninfo;
    if (conninfo.empty()) {
      for (const auto& [word, key] :
           {std::pair{"host", "DB_HOST"}, {"port", "DB_PORT"}, {"dbname", "DB_NAME"}, {"user", "DB_USER"}, {"password", "DB_PASSWORD"}}) {
        const auto part = value(key);
        if (part.empty()) continue;
        conninfo += fmt::format("{}{}='", conninfo.empty() ? "" : " ", word);
        for (const char c : part) conninfo += c == '\'' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c);
        conninfo += '\'';
      }
    } else if (conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://")) {
      hide_password_of(conninfo);
    } else {
      problems_.emplace_back("DATABASE_URL: must begin with postgresql://, as in postgresql://user:password@host:5432/name");
    }
  }

  // The address as a whole is a secret; the password in it must not show up alone either.
  void hide_password_of(std::string_view url) {
    url.remove_prefix(url.find("://") + 3);
    const auto login = url.substr(0, url.rfind('@'));
    const auto colon = login.find(':');
    if (login.size() < url.size() && colon != std::string_view::npos) loaded_.secrets.emplace_back(login.substr(colon + 1));
  }

  void check_what_belongs_together() {
    const auto& settings = loaded_.settings;
    if (settings.api.tls_certificate_file.empty() != settings.api.tls_key_file.empty()) {
      problems_.emplace_back("API_TLS_CERT and API_TLS_KEY: both or none must be set");
    }
    if (settings.api.port == settings.api.dashboard_port && settings.api.port != 0) {
      problems_.push_back(fmt::format("DASHBOARD_PORT={}: must differ from API_PORT", settings.api.dashboard_port));
    }
    if (!settings.api.metrics_token.empty() && settings.api.metrics_token == settings.api.key) {
      problems_.emplace_back("METRICS_TOKEN: must differ from API_KEY, which may do everything");
    }
    if (settings.sessions.idle > settings.sessions.longest) {
      problems_.push_back(fmt::format("SESSION_IDLE_MINUTES={}: must be at most SESSION_MAX_HOURS={}", settings.sessions.idle.count(),
                                      settings.sessions.longest.count()));
    }
    if (purpose_ == Purpose::Serve && settings.command_backend == CommandBackend::Salt) require_salt();
    check_single_sign_on(settings.oidc);
    if (purpose_ == Purpose::Serve && settings.api.tls_certificate_file.empty() && !is_loopback(settings.api.host)) {
      loaded_.warnings.push_back(fmt::format(
          "API_TLS_CERT is not set and API_HOST={}: passwords and keys cross the network in the clear, unless something in front "
          "speaks TLS and nobody else reaches this address",
          settings.api.host));
    }
    for (const auto& [key, place] :
         {std::pair{"KEV_SOURCE", settings.cves.kev}, {"EPSS_SOURCE", settings.cves.epss}, {"CVSS_SOURCE", settings.cves.cvss}}) {
      if (place.starts_with("http:") && !is_https_or_loopback(place))
        loaded_.warnings.push_back(fmt::format("{}={}: whoever is between can change the list; use https", key, place));
    }
    if (!settings.uyuni.verify_tls) {
      loaded_.warnings.emplace_back(
          "UYUNI_VERIFY_SSL=false: whoever is between this service and UYUNI can read its password; set UYUNI_CA_FILE instead");
    }
  }

  void check_single_sign_on(const OidcSettings& oidc) {
    constexpr std::string_view kCallback = "/api/v1/auth/oidc/callback";
    if (is_reported("OIDC_")) return;
    if (oidc.issuer.empty() && oidc.client_id.empty() && oidc.redirect_url.empty()) return;
    if (oidc.issuer.empty() || oidc.client_id.empty() || oidc.redirect_url.empty()) {
      problems_.emplace_back("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_REDIRECT_URL: all or none must be set");
      return;
    }
    for (const auto& [key, url] : {std::pair{"OIDC_ISSUER", oidc.issuer}, {"OIDC_REDIRECT_URL", oidc.redirect_url}}) {
      if (!is_https_or_loopback(url))
        problems_.push_back(fmt::format("{}={}: must begin with https://; http is for this machine alone", key, url));
    }
    const auto path = std::string_view(oidc.redirect_url).substr(origin_of(oidc.redirect_url).size());
    if (path != kCallback)
      problems_.push_back(fmt::format("OIDC_REDIRECT_URL={}: must end with {} right behind the host", oidc.redirect_url, kCallback));
    if (oidc.group_roles.empty())
      problems_.emplace_back("OIDC_GROUP_ROLES: is required with OIDC_ISSUER, because nobody could come in without");
    if (fmt::format(" {} ", oidc.scopes).find(" openid ") == std::string::npos) problems_.emplace_back("OIDC_SCOPES: must contain openid");
  }

  void require_salt() {
    for (const auto* key : {"SALT_API_URL", "SALT_API_USER", "SALT_API_PASSWORD"}) {
      if (value(key).empty() && !is_reported(key)) {
        problems_.push_back(fmt::format("{}: is required when COMMAND_BACKEND=salt; or set COMMAND_BACKEND=uyuni", key));
      }
    }
  }

  [[nodiscard]] bool is_reported(std::string_view key) const {
    return std::any_of(problems_.begin(), problems_.end(), [&](const auto& problem) { return problem.starts_with(key); });
  }

  // A key in the file that looks like one of ours and is not: most likely a slip that would silently leave a default in force.
  void warn_of_misspelt_keys() {
    std::set<std::string_view> known;
    std::set<std::string_view> families;
    for (const auto& setting : settings_table()) {
      known.insert({setting.key, setting.older_name});
      families.insert(setting.key.substr(0, setting.key.find('_')));
    }
    for (const auto& [key, text] : file_) {
      const auto family = std::string_view(key).substr(0, key.find('_'));
      if (!known.contains(key) && families.contains(family)) {
        loaded_.warnings.push_back(fmt::format("{} is not a setting and has no effect; .env.example lists all of them", key));
      }
    }
  }

  const Environment& environment_;
  const Environment& file_;
  Purpose purpose_;
  Loaded loaded_;
  std::map<std::string, std::string> values_;
  std::vector<std::string> problems_;
};

Result<Environment> read_env_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(ErrorCode::ValidationError, path.string() + ": cannot be read");
  return parse_env_file(text.str(), path.string());
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Result<Loaded> load(const Environment& environment, const std::optional<std::filesystem::path>& env_file, Purpose purpose) {
  Result<Environment> file = Environment{};
  if (env_file) file = read_env_file(*env_file);
  if (!file) return tl::unexpected<Error>(file.error());
  return Loading(environment, *file, purpose).run();
}

}  // namespace spm::config
