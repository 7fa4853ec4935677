#include "app/upstreams.hpp"

#include <stdexcept>

#include "log/log.hpp"

namespace spm::app {
namespace {

void log_skipped(std::string_view upstream, std::string_view call, std::size_t count, std::string_view example) {
  log::warning("upstream", "entries of an answer made no sense and were left out",
               {{"upstream", upstream}, {"call", call}, {"count", count}, {"example", example}});
}

uyuni::UyuniOptions uyuni_options(const config::UyuniSettings& settings) {
  auto zone = uyuni::ServerTimeZone::named(settings.time_zone);
  if (!zone) throw std::runtime_error("UYUNI_TIMEZONE: " + zone.error().message);
  return uyuni::UyuniOptions{.url = settings.url,
                             .user = settings.user,
                             .password = settings.password,
                             .verify_tls = settings.verify_tls,
                             .ca_file = settings.ca_file,
                             .timeout = settings.timeout,
                             .concurrency = settings.sync_concurrency,
                             .zone = std::move(*zone),
                             .on_skipped = log_skipped};
}

salt::Options salt_options(const config::SaltSettings& settings, const config::UyuniSettings& uyuni) {
  // UYUNI's own Salt API carries a certificate of the same making, so the same trust is used for both.
  return {.url = settings.url,
          .user = settings.user,
          .password = settings.password,
          .eauth = settings.eauth,
          .verify_tls = uyuni.verify_tls,
          .ca_file = uyuni.ca_file};
}

spm_sync::Options spm_sync_options(const config::SpmSyncSettings& settings) {
  return {.url = settings.url, .api_key = settings.api_key, .timeout = settings.timeout, .verify_tls = true, .ca_file = ""};
}

oidc::Options oidc_options(const config::OidcSettings& settings) {
  return {.issuer = settings.issuer,
          .client_id = settings.client_id,
          .client_secret = settings.client_secret,
          .redirect_url = settings.redirect_url,
          .scopes = settings.scopes,
          .groups_claim = settings.groups_claim,
          .ca_file = settings.ca_file};
}

}  // namespace

Upstreams::Upstreams(const config::Settings& settings, const Clock& clock, const net::CallObserver& observer)
    : settings_(settings),
      uyuni_(std::make_unique<uyuni::UyuniClient>(uyuni_options(settings.uyuni), clock, observer)),
      inventory_(std::make_unique<uyuni::UyuniInventory>(*uyuni_)),
      fleet_(std::make_unique<uyuni::UyuniFleet>(*uyuni_)),
      uyuni_probe_(std::make_unique<uyuni::UyuniProbe>(*uyuni_)) {
  if (!settings.salt.url.empty())
    salt_ = std::make_unique<salt::SaltCommands>(salt_options(settings.salt, settings.uyuni), clock, observer);
  if (settings.command_backend == config::CommandBackend::Salt) {
    if (!salt_) throw std::runtime_error("COMMAND_BACKEND=salt needs SALT_API_URL");
    commands_ = salt_.get();
  } else {
    scripts_ = std::make_unique<uyuni::UyuniCommands>(*uyuni_);
    commands_ = scripts_.get();
  }
  if (!settings.spm_sync.url.empty()) {
    spm_sync_ = std::make_unique<spm_sync::SpmSyncCatalogue>(spm_sync_options(settings.spm_sync), clock, observer, log_skipped);
  }
  if (!settings.oidc.issuer.empty()) oidc_ = std::make_unique<oidc::OidcProvider>(oidc_options(settings.oidc), clock, observer);
  if (!settings.prometheus.url.empty()) {
    prometheus_ = std::make_unique<prometheus::PrometheusMetrics>(
        prometheus::Options{.url = settings.prometheus.url, .timeout = settings.prometheus.timeout, .verify_tls = true, .ca_file = ""},
        clock, observer);
  }
}

std::vector<health::Watched> Upstreams::watched() const {
  return {{"uyuni", settings_.uyuni.url, uyuni_probe_.get()},
          {"salt", settings_.salt.url, salt_.get()},
          {"spm_sync", settings_.spm_sync.url, spm_sync_.get()},
          {"prometheus", settings_.prometheus.url, prometheus_.get()}};
}

std::unique_ptr<ports::CveLists> make_cve_lists() { return std::make_unique<cve_lists::ListReader>(); }

}  // namespace spm::app
