#include "engine/run_defaults.hpp"

#include "configuration/configuration.hpp"

namespace spm::engine {

RunConfig run_defaults(db::Tx& tx, const Settings& settings, const std::string& target_os) {
  auto config = settings.defaults;
  configuration::Document document;
  document.thresholds = {config.cpu_threshold, config.memory_threshold, config.max_failed_services};
  document.policies.metrics_required = config.metrics_required;
  document.policies.snapshot_required = config.snapshot_required;
  document.policies.restore_after_test = config.restore_after_test;
  document.policies.rollback_proof_required = config.rollback_proof_required;
  document = configuration::current(tx, std::move(document));
  config.cpu_threshold = document.thresholds.cpu_delta;
  config.memory_threshold = document.thresholds.memory_delta;
  config.max_failed_services = document.thresholds.failed_services;
  config.metrics_required = document.policies.metrics_required;
  config.snapshot_required = document.policies.snapshot_required;
  config.restore_after_test = document.policies.restore_after_test;
  config.rollback_proof_required = document.policies.rollback_proof_required;
  if (config.critical_services.empty()) config.critical_services = document.critical_services.of(target_os);
  return config;
}

}  // namespace spm::engine
