#include "app/wiring.hpp"

#include <algorithm>

#include "base/networks.hpp"
#include "db/hosts.hpp"
#include "log/log.hpp"

namespace spm::app {
namespace {

void add_preferred(std::vector<std::string>& preferred, const config::TestSystemSettings& system) {
  if (system.id) preferred.push_back(std::to_string(system.id->value));
  if (!system.name.empty()) preferred.push_back(system.name);
}

void add_configured(catalogue::TestSystemRule& rule, const config::TestSystemSettings& system) {
  if (system.id) rule.ids.insert(system.id->value);
  if (!system.name.empty()) rule.names.insert(system.name);
}

}  // namespace

engine::Settings engine_settings_from(const config::Settings& settings, double time_factor) {
  const auto& tests = settings.tests;
  engine::Settings engine;
  engine.defaults.cpu_threshold = tests.cpu_delta_threshold;
  engine.defaults.memory_threshold = tests.memory_delta_threshold;
  engine.defaults.max_failed_services = tests.max_failed_services;
  engine.defaults.wait_after_patch = tests.wait_after_patch;
  engine.defaults.wait_after_reboot = tests.wait_after_reboot;
  engine.defaults.timeout = tests.timeout;
  engine.defaults.metrics_required = tests.metrics_required;
  engine.defaults.restore_after_test = tests.restore_after_test;
  engine.defaults.rollback_proof_required = tests.rollback_proof_required;
  engine.keep_snapshots = tests.keep_snapshots;
  engine.defaults.snapshot_type =
      tests.snapshot_type == config::SnapshotType::Snapper ? engine::SnapshotType::Snapper : engine::SnapshotType::None;
  add_preferred(engine.preferred_systems, tests.ubuntu);
  add_preferred(engine.preferred_systems, tests.rhel);
  engine.node_exporter_port = settings.prometheus.node_exporter_port;
  engine.metrics_window = tests.metrics_window;
  // A call that UYUNI's client gave up may still be worked on: nothing is repeated before that is unlikely.
  engine.settle = std::max(engine.settle, std::chrono::ceil<std::chrono::seconds>(settings.uyuni.timeout) + std::chrono::seconds(30));
  engine.time_factor = time_factor;
  return engine;
}

configuration::Document configuration_from(const config::Settings& settings) {
  configuration::Document document;
  document.score.kernel = settings.score.kernel_penalty;
  document.score.reboot = settings.score.reboot_penalty;
  document.score.config = settings.score.config_penalty;
  document.score.dependency = settings.score.dependency_penalty;
  document.score.dependency_max = settings.score.dependency_max;
  document.score.size_per_mb = settings.score.size_penalty_per_mb;
  document.score.size_max = settings.score.size_max;
  document.score.history_factor = settings.score.history_factor;
  document.score.small_bonus = settings.score.small_bonus;
  const auto& tests = settings.tests;
  document.thresholds = {tests.cpu_delta_threshold, tests.memory_delta_threshold, tests.max_failed_services};
  document.policies.metrics_required = tests.metrics_required;
  document.policies.restore_after_test = tests.restore_after_test;
  document.policies.rollback_proof_required = tests.rollback_proof_required;
  return document;
}

configuration::Followers configuration_followers(db::Pool& pool, const Clock& clock, scoring::Weights weights) {
  return {.compare_scores = [&pool](const scoring::Weights& wanted) { return scoring::compare_scores(pool, wanted); },
          .rescore =
              [&pool, &clock, weights = std::move(weights)] {
                const auto report = scoring::recalculate_all(pool, scoring::Force::No, weights, clock.now());
                log::info("scoring", "scored anew after a change of the configuration",
                          {{"updated", report.updated}, {"calculated", report.calculated}, {"not_scored", report.errors.size()}});
              }};
}

identity::Settings identity_settings_from(const config::Settings& settings) {
  const bool is_plain = settings.api.tls_certificate_file.empty();
  // A browser keeps a Secure cookie from no plain HTTP; elsewhere something in front of the service speaks TLS.
  return {settings.sessions.idle, settings.sessions.longest, !(is_plain && is_loopback(settings.api.host))};
}

identity::SingleSignOn single_sign_on_from(const config::Settings& settings, ports::IdentityProvider* provider) {
  return {provider, settings.oidc.label, settings.oidc.group_roles, settings.secret_key};
}

catalogue::SyncSettings sync_settings_from(const config::Settings& settings) {
  catalogue::SyncSettings sync;
  sync.uyuni_interval = settings.uyuni.sync_interval;
  sync.spm_sync_interval = settings.spm_sync.poll_interval;
  sync.uyuni_concurrency = settings.uyuni.sync_concurrency;
  sync.test_systems.group_prefix = settings.uyuni.test_group_prefix;
  add_configured(sync.test_systems, settings.tests.ubuntu);
  add_configured(sync.test_systems, settings.tests.rhel);
  return sync;
}

std::vector<catalogue::Source> configured_sources(const config::Settings& settings) {
  std::vector<catalogue::Source> sources{catalogue::Source::Uyuni};
  if (!settings.spm_sync.url.empty()) sources.push_back(catalogue::Source::SpmSync);
  return sources;
}

cves::Places cve_places_from(const config::Settings& settings) {
  cves::Places places{
      {cves::Source::Kev, settings.cves.kev}, {cves::Source::Epss, settings.cves.epss}, {cves::Source::Cvss, settings.cves.cvss}};
  std::erase_if(places, [](const auto& one) { return one.second.empty(); });
  return places;
}

http::Rate request_rate_from(const config::Settings& settings) {
  return {.per_minute = settings.api.requests_per_minute, .burst = settings.api.request_burst};
}

http::Rate attempt_rate_from(const config::Settings& settings) {
  const int attempts = settings.api.attempts_per_minute;
  return {.per_minute = attempts, .burst = std::max(1, attempts)};
}

net::AddressPolicy address_policy_from(const config::Settings& settings) {
  auto own = net::interface_addresses();
  const auto database = net::resolve(db::hosts_of(settings.database.conninfo));
  own.insert(own.end(), database.begin(), database.end());
  return {parse_networks(settings.checks.allowed_networks).value_or(std::vector<IpNetwork>{}), own};
}

catalogue::OnChanged rescore_changed(db::Pool& pool, const Clock& clock, scoring::Weights weights) {
  return [&pool, &clock, weights = std::move(weights)](const std::vector<AdvisoryName>& changed) {
    const auto report = scoring::recalculate(pool, changed, scoring::Force::No, weights, clock.now());
    log::info("scoring", "scored what the sync changed",
              {{"changed", changed.size()}, {"updated", report.updated}, {"not_scored", report.errors.size()}});
  };
}

}  // namespace spm::app
