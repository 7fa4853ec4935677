#include "engine/begin.hpp"

#include <algorithm>

#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "checks/checks.hpp"
#include "engine/phases.hpp"
#include "engine/store.hpp"
#include "log/log.hpp"
#include "notifications/notifications.hpp"

namespace spm::engine {
namespace {

using catalogue::System;

// Sorted, each once; empty when the packages are not known.
std::vector<std::string> package_names_of(const catalogue::Erratum& erratum) {
  std::vector<std::string> names;
  if (!erratum.packages) return names;
  for (const auto& package : *erratum.packages) names.push_back(package.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Subject subject_of(db::Tx& tx, const queue::Item& item, const System& system, const std::vector<queue::Item>& further) {
  Subject subject{system.name, system.minion_id, system.ip, {}, item.requires_reboot, {}};
  if (const auto erratum = catalogue::find(tx, item.erratum)) {
    subject.reboot_expected = item.requires_reboot || erratum->reboot_suggested;
    subject.package_names = package_names_of(*erratum);
  }
  for (const auto& other : further) {
    const auto erratum = catalogue::find(tx, other.erratum);
    subject.reboot_expected = subject.reboot_expected || other.requires_reboot || (erratum && erratum->reboot_suggested);
    subject.further.push_back({other.id, other.erratum, erratum ? package_names_of(*erratum) : std::vector<std::string>()});
  }
  return subject;
}

std::chrono::minutes estimate(const RunConfig& config, bool with_reboot) {
  constexpr std::chrono::seconds kWork{240};
  constexpr std::chrono::seconds kReboot{180};
  const auto reboot = with_reboot ? kReboot + config.wait_after_reboot : std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::minutes>(kWork + config.wait_after_patch + reboot);
}

void record(db::Tx& tx, const Started& started, const RunConfig& config, const queue::Acting& acting) {
  json::object what{{"test_id", started.test.value},
                    {"errata_id", started.erratum.value},
                    {"system_id", started.system.id.value},
                    {"system", started.system.name}};
  json::object after = what;
  after["queue_id"] = started.item.value;
  after["test_config"] = to_json(config);
  audit::append(tx, {.actor = acting.actor,
                     .from_address = acting.from_address,
                     .action = "test.start",
                     .subject_type = "test",
                     .subject_id = std::to_string(started.test.value),
                     .before = nullptr,
                     .after = std::move(after),
                     .reason = {},
                     .at = acting.now});
  // Listeners get no configuration: it is long, and they can read it with the test.
  what["type"] = "test.started";
  notifications::publish(tx, {.topic = "test", .queue_id = started.item, .test_id = started.test, .payload = what, .at = acting.now});
  notifications::publish(tx, {.topic = "test",
                              .queue_id = started.item,
                              .test_id = started.test,
                              .payload = {{"type", "test.phase_started"},
                                          {"test_id", started.test.value},
                                          {"errata_id", started.erratum.value},
                                          {"system_id", started.system.id.value},
                                          {"phase", to_string(Phase::PreCheck)},
                                          {"attempt", 1}},
                              .at = acting.now});
  log::info("engine", "test started", {{"test_id", started.test}, {"errata_id", started.erratum}, {"system", started.system.name}});
}

}  // namespace

Started begin_run(db::Tx& tx, const Settings& settings, const queue::Item& item, const System& system, const RunConfig& asked,
                  const queue::Acting& acting, const std::vector<queue::Item>& further) {
  auto config = asked;
  for (auto& check : checks::applicable(tx, system.id, item.target_os, system.groups)) config.custom_checks.push_back(std::move(check));
  const auto subject = subject_of(tx, item, system, further);
  const auto now = acting.now;
  const auto test =
      store::insert_run(tx, {item.id, item.erratum, system.id, item.target_os, now + config.timeout, config, subject, acting.actor}, now);
  store::open_phase(tx, test, Phase::PreCheck, 1, now, now + deadline_of(Phase::PreCheck, config, settings));
  Started started{test, item.id, item.erratum, system, now, estimate(config, subject.reboot_expected)};
  record(tx, started, config, acting);
  return started;
}

}  // namespace spm::engine
