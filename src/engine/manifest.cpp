// What was tested, exactly, and what was not, in words: pure, from what the phases recorded.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/evidence.hpp"
#include "engine/packages.hpp"

namespace spm::engine {
namespace {

constexpr std::array kTestingPhases{Phase::Snapshot,  Phase::Baseline, Phase::Patch,   Phase::Reboot,
                                    Phase::Stabilize, Phase::Validate, Phase::Services};

// The last attempt at a phase; nullptr: it was not reached.
const json::object* last_of(const json::array& phases, Phase phase) {
  const json::object* found = nullptr;
  for (const auto& entry : phases) {
    const auto& object = entry.as_object();
    if (object.at("phase").as_string() != to_string(phase)) continue;
    if (found == nullptr || object.at("attempt").as_int64() >= found->at("attempt").as_int64()) found = &object;
  }
  return found;
}

json::object evidence_in(const json::array& phases, Phase phase) {
  const auto* found = last_of(phases, phase);
  return found == nullptr ? json::object{} : found->at("evidence").as_object();
}

json::object object_in(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : json::object{};
}

std::string text_in(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_null(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr || value->is_null();
}

void add_metrics(json::array& list, const json::array& phases) {
  const auto metrics = object_in(evidence_in(phases, Phase::Validate), "metrics");
  if (metrics.empty()) return;
  const auto source = text_in(metrics, "source");
  const bool no_cpu = is_null(metrics, "cpu_percent");
  const bool no_memory = is_null(metrics, "memory_percent");
  if (source == "none") {
    list.emplace_back("metrics: none could be measured: " + text_in(metrics, "detail"));
  } else {
    const std::string gave = no_cpu ? "memory only" : (no_memory ? "CPU only" : "CPU and memory");
    if (source == "salt") list.emplace_back(fmt::format("metrics: Prometheus had no data for this system, commands on it gave {}", gave));
    if (source == "prometheus" && (no_cpu || no_memory)) list.emplace_back(fmt::format("metrics: Prometheus gave {}", gave));
  }
  const auto before = object_in(evidence_in(phases, Phase::Baseline), "metrics");
  if (source != "none" && text_in(before, "source") != source)
    list.emplace_back("metrics: before and after come from different sources and were not compared");
}

void add_way_back(json::array& list, const json::array& phases) {
  const auto snapshot = evidence_in(phases, Phase::Snapshot);
  for (const auto& evidence : {snapshot, evidence_in(phases, Phase::Baseline)}) {
    const auto way_back = object_in(evidence, "way_back");
    const auto* proven = way_back.if_contains("proven");
    if (proven != nullptr && !proven->as_bool()) list.emplace_back(fmt::format("way back: none was proven: {}", text_in(way_back, "why")));
  }
  if (text_in(snapshot, "type") == "package")
    list.emplace_back(fmt::format("no snapshot ({}): a rollback would be by package", text_in(snapshot, "why")));
}

void add_reboot(json::array& list, const json::array& phases) {
  const auto* reboot = last_of(phases, Phase::Reboot);
  if (reboot != nullptr && reboot->at("status").as_string() == "skipped") list.emplace_back("no reboot was needed, so none was tested");
}

json::array packages_in(const Run& run, const json::object& patch) {
  const auto architectures = object_in(patch, "architectures");
  const auto family = versions::family_of(run.target_os).value_or(versions::Family::Deb);
  json::array packages;
  const auto* changes = patch.if_contains("packages");
  if (changes == nullptr) return packages;
  for (const auto& entry : changes->as_array()) {
    const auto& change = entry.as_object();
    const std::string key(change.at("name").as_string());
    packages.push_back(json::object{{"name", bare_name(family, key)},
                                    {"arch", text_in(architectures, key)},
                                    {"before", change.at("before")},
                                    {"after", change.at("after")}});
  }
  return packages;
}

}  // namespace

json::array not_tested(const Run& run, const json::array& phases) {
  json::array list;
  for (const Phase phase : kTestingPhases) {
    if (last_of(phases, phase) == nullptr) list.emplace_back(fmt::format("{}: it did not come to that", to_string(phase)));
  }
  add_way_back(list, phases);
  add_metrics(list, phases);
  add_reboot(list, phases);
  if (run.config.custom_checks.empty()) list.emplace_back("custom checks: there are none for this system");
  list.emplace_back(
      fmt::format("other systems and other OS releases: this ran on {} alone, dependencies elsewhere can differ", run.subject.system_name));
  return list;
}

json::object manifest_of(const Run& run, const json::array& phases, const json::array& not_tested, Time completed_at) {
  const auto pre_check = evidence_in(phases, Phase::PreCheck);
  const auto validate = evidence_in(phases, Phase::Validate);
  json::array errata{run.erratum.value};
  for (const auto& other : run.subject.further) errata.emplace_back(other.erratum.value);
  return {
      {"erratum", run.erratum.value},
      {"errata", std::move(errata)},
      {"target_os", run.target_os},
      {"verdict", "passed"},
      {"packages", packages_in(run, evidence_in(phases, Phase::Patch))},
      {"system",
       {{"id", run.system.value},
        {"name", run.subject.system_name},
        {"os", text_in(pre_check, "os")},
        {"kernel_before", text_in(pre_check, "kernel")},
        {"kernel", text_in(validate, "kernel")},
        {"boot_id_before", text_in(pre_check, "boot_id")},
        {"boot_id", text_in(validate, "boot_id")}}},
      {"thresholds",
       {{"cpu", run.config.cpu_threshold}, {"memory", run.config.memory_threshold}, {"failed_services", run.config.max_failed_services}}},
      {"engine_version", run.engine_version},
      {"started_at", format_time(run.started_at)},
      {"completed_at", format_time(completed_at)},
      {"not_tested", not_tested}};
}

}  // namespace spm::engine
