// What the system is like before: every installed package in its version (the way back), what runs, what has failed, and how busy it is.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/host.hpp"
#include "engine/steps/custom_checks.hpp"
#include "engine/steps/measure.hpp"
#include "engine/steps/steps.hpp"
#include "engine/units.hpp"
#include "engine/way_back.hpp"

namespace spm::engine::steps {
namespace {

struct Running {
  std::vector<Unit> services;
  std::vector<std::string> failed_units;
};

Awaited<Running> read_running(StepContext& context) {
  const auto lists = context.commands("units", {list_running_services(), list_failed_units()});
  if (!lists) return lists.answer();
  const auto running = read_unit_names((*lists)[0].output);
  const auto failed = read_unit_names((*lists)[1].output);
  if ((*lists)[0].exit_status != 0 || (*lists)[1].exit_status != 0)
    return Outcome(Retry{"the running services could not be listed: " + why_unusable("systemctl", (*lists)[0])});
  if (!running || !failed) return Outcome(Retry{(!running ? running : failed).error().message});

  const auto names = units_to_watch(context.config().critical_services, {});
  std::vector<std::string> watched = *running;
  for (const auto& name : names) {
    if (std::find(watched.begin(), watched.end(), name) == watched.end()) watched.push_back(name);
  }
  const auto shown = context.commands("services", {show_units(watched)});
  if (!shown) return shown.answer();
  auto services = read_units(watched, shown->front().output);
  if (shown->front().exit_status != 0 || !services)
    return Outcome(Retry{services ? why_unusable("systemctl", shown->front()) : services.error().message});
  return Running{std::move(*services), *failed};
}

Awaited<Measurement> measure(StepContext& context) {
  const auto measured = measure_by_prometheus(context, context.run().quiet_since);
  if (!measured || measured->source != MetricSourceKind::None) return measured;
  auto fallback = measure_by_commands(context);
  if (!fallback) return fallback;
  auto measurement = *fallback;
  measurement.detail += fmt::format(" (not from Prometheus: {})", measured->detail);
  return measurement;
}

struct WayBack {
  std::string doubt;  // empty: proven
  std::map<std::string, std::string> cached;
};

// Without a snapshot the old versions are the way back, so they must still be there to be had.
Awaited<WayBack> way_back_by_packages(StepContext& context, const Installed& installed) {
  const auto& run = context.run();
  if (run.subject.package_names.empty()) return WayBack{"which packages the erratum changes is not known", {}};
  const auto packages = replaceable(run.target_os, installed, run.subject.package_names);
  const auto asked = ask_for_versions(run.target_os, packages);
  if (asked.empty()) return WayBack{};
  const auto outputs = context.commands("way_back", asked);
  if (!outputs) return outputs.answer();
  const auto proof = prove_way_back(run.target_os, packages, *outputs);
  if (!proof) return WayBack{proof.error().message, {}};
  if (!proof->is_proven()) {
    const auto some = std::min<std::size_t>(proof->missing.size(), 5);
    const std::vector<std::string> named(proof->missing.begin(), proof->missing.begin() + static_cast<std::ptrdiff_t>(some));
    return WayBack{fmt::format("{} of {} packages cannot be had in their present version any more: {}{}", proof->missing.size(),
                               packages.size(), fmt::join(named, ", "), some < proof->missing.size() ? ", …" : ""),
                   {}};
  }
  return WayBack{{}, proof->cached};
}

}  // namespace

Outcome baseline(StepContext& context) {
  const auto packages = context.installed("packages");
  if (!packages) return packages.answer();
  json::object facts;
  json::object way_back;
  if (text_fact(context.run(), "rollback_type") == "package") {
    const auto proof = way_back_by_packages(context, *packages);
    if (!proof) return proof.answer();
    if (!proof->doubt.empty() && context.config().rollback_proof_required)
      return Fail{FailureClass::Infra, "no way back: " + proof->doubt, {}, {}};
    way_back = {{"by", "packages"}, {"proven", proof->doubt.empty()}, {"why", proof->doubt}};
    json::object cached;
    for (const auto& [word, file] : proof->cached) cached[word] = file;
    facts["cached_packages"] = std::move(cached);
  }
  const auto running = read_running(context);
  if (!running) return running.answer();
  const auto measurement = measure(context);
  if (!measurement) return measurement.answer();
  if (context.config().metrics_required && (!measurement->cpu_percent || !measurement->memory_percent)) {
    return Fail{FailureClass::Infra, fmt::format("metrics are required and cannot be measured: {}", measurement->detail), {}, {}};
  }
  const auto custom = run_custom_checks(context);
  if (!custom) return custom.answer();
  if (!custom->failed.empty()) {
    return Fail{FailureClass::Infra,
                fmt::format("{} is not fit for a test: custom checks fail before the patch: {}", context.run().subject.system_name,
                            fmt::join(custom->failed, "; ")),
                {},
                {{"custom_checks", custom->results}}};
  }
  return Done{
      fmt::format("{} packages, {} services, metrics from {}", packages->size(), running->services.size(), to_string(measurement->source)),
      std::move(facts),
      {{"packages", to_json(*packages)},
       {"way_back", std::move(way_back)},
       {"custom_checks", custom->results},
       {"services", to_json(running->services)},
       {"failed_units", json::array(running->failed_units.begin(), running->failed_units.end())},
       {"metrics", to_json(*measurement)}}};
}

}  // namespace spm::engine::steps
