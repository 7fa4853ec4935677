// Puts the system back as the baseline recorded it: ends what is still under way, undoes the snapshot, brings packages back that still
// differ, restarts the system when the run had (or it asks for it), and starts what ran before. Every part looks first, so it can be
// repeated.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/host.hpp"
#include "engine/steps/reboot_cycle.hpp"
#include "engine/steps/service_check.hpp"
#include "engine/steps/steps.hpp"
#include "engine/text.hpp"

namespace spm::engine::steps {
namespace {

using namespace std::chrono_literals;

// A part of the rollback that gives nothing but "it is done".
struct Ready {
  std::string detail;
};

std::string fact_name(const Run& run, std::string_view what) { return fmt::format("rollback_{}_{}", run.attempt, what); }

// An action of this run that UYUNI might still carry out. Queued ones are cancelled; one that the system has already picked up, and of
// which no end is known, leaves the system's state open: post_rollback sees to it.
Awaited<Ready> end_action(StepContext& context, Phase phase, std::string_view name, ports::ActionKind kind) {
  const auto& run = context.run();
  auto operation = context.operations().find(phase, name);
  if (!operation || operation->is_over()) return Ready{};
  if (operation->upstream_id.empty()) {
    const auto settle = operation->acted_at + context.settings().settle;
    if (context.now() < settle) return Outcome(WaitUntil{settle, "making sure that no action is still under way", {}});
    const auto found = context.find_action(kind, *operation);
    if (!found) return Outcome(WaitUntil{context.after(15s), found.error().message, {}});
    if (!*found) {
      context.operations().close(*operation, OperationState::Lost, {{"reason", "it never reached UYUNI"}});
      return Ready{};
    }
    context.operations().start(*operation, **found);
  }
  const ActionId action{std::stoll(operation->upstream_id)};
  const auto report = context.fleet().action_report(run.system, action);
  if (!report) return Outcome(WaitUntil{context.after(15s), report.error().message, {}});
  const auto cancelled = context.fleet().cancel_action(run.system, action);
  if (!cancelled && cancelled.error().upstream != UpstreamFailure::Refused)
    return Outcome(WaitUntil{context.after(15s), cancelled.error().message, {}});
  const bool may_still_run = report->state == ports::ActionState::PickedUp && kind == ports::ActionKind::PatchUpdate;
  context.operations().close(*operation, OperationState::Lost, {{"reason", "given up for the rollback"}, {"may_still_run", may_still_run}});
  return Ready{};
}

// Reachable, and nobody holds the package manager. Asked for as long as the phase may take: a system that restarts comes back.
Awaited<Ready> wait_until_free(StepContext& context) {
  const auto& run = context.run();
  if (flag_fact(run, fact_name(run, "free"))) return Ready{};
  const auto look = number_fact(run, fact_name(run, "free_look")).value_or(1);
  const auto again = [&](const std::string& why) {
    return Outcome(WaitUntil{context.after(15s), why, {{fact_name(run, "free_look"), look + 1}}});
  };
  const auto seen = context.batch(fmt::format("free_{}", look), {read_boot_id(), read_locks()}, 30s);
  if (!seen) return seen.answer();
  if (!seen->is_done()) return again(fmt::format("{} does not answer: {}", run.subject.system_name, seen->reason));
  const auto boot_id = boot_id_in(seen->outputs[0]);
  if (!boot_id) return again("the boot id could not be read: " + why_unusable("cat", seen->outputs[0]));
  const auto held = package_locks_in(seen->outputs[1]);
  // Where locks cannot be listed the package manager itself refuses to run twice, and the attempt is repeated.
  if (held && !held->empty()) return again(fmt::format("the package manager is busy: {} is locked", fmt::join(*held, ", ")));
  return Outcome(WaitUntil{context.now(), "the system is free", {{fact_name(run, "free"), true}, {fact_name(run, "boot_id"), *boot_id}}});
}

Awaited<Ready> undo_snapshot(StepContext& context) {
  const auto& run = context.run();
  const auto snapshot = text_fact(run, "snapshot_id");
  if (!snapshot) return Ready{"no snapshot"};
  const auto undone = context.commands("undo", {{{"snapper", "-c", "root", "undochange", *snapshot + "..0"}, 900s}});
  if (!undone) return undone.answer();
  const auto& output = undone->front();
  // "nothing to do" is no failure, whatever snapper exits with (salt 2.7).
  if (output.exit_status == 0 || output.output.find("nothing to do") != std::string::npos)
    return Ready{fmt::format("snapshot {} was restored", *snapshot)};
  return Ready{fmt::format("snapshot {} could not be restored ({}), so packages were brought back one by one", *snapshot,
                           why_unusable("snapper", output))};
}

Awaited<Ready> restore_packages(StepContext& context, const Installed& before) {
  const auto now = context.installed("packages");
  if (!now) return now.answer();
  const auto changes = differences(*now, before);
  if (changes.empty()) return Ready{"the packages are as before"};
  std::map<std::string, std::string> cached;
  if (const auto* files = context.run().facts.if_contains("cached_packages")) {
    for (const auto& [word, file] : files->as_object()) cached[word] = std::string(file.as_string());
  }
  const auto commands = commands_back(context.run().target_os, differences(before, *now), cached);
  if (!commands) return Outcome(Fail{FailureClass::Infra, commands.error().message, {}, {}});
  const auto outputs = context.commands("restore", *commands);
  if (!outputs) return outputs.answer();
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    const auto& output = (*outputs)[i];
    if (output.exit_status != 0)
      return Outcome(Retry{"the package manager could not go back: " + why_unusable((*commands)[i].argv.front(), output)});
  }
  return Ready{"brought back: " + describe(changes)};
}

// Whether the way back needs a restart: the run restarted the system (or meant to), or the system asks for it.
Awaited<bool> needs_reboot(StepContext& context) {
  const auto& run = context.run();
  if (context.operations().find(Phase::Reboot, "reboot")) return true;
  const auto outputs = context.commands("reboot_flag", {read_reboot_flag(run.target_os)});
  if (!outputs) return outputs.answer();
  const auto needed = reboot_needed_in(run.target_os, outputs->front());
  // Not told: a restart too many does less harm than a system that runs half of a patch.
  return needed.value_or(true);
}

struct Restart {
  std::string detail;
  json::object facts;  // for the proof
};

Awaited<Restart> restart_system(StepContext& context) {
  const auto& run = context.run();
  const auto needed = needs_reboot(context);
  if (!needed) return needed.answer();
  if (!*needed) return Restart{"", {{"rollback_restarted_from", nullptr}}};
  const auto boot_id = text_fact(run, fact_name(run, "boot_id")).value_or("");
  const auto rebooted = reboot_and_prove(context, boot_id);
  if (!rebooted) return rebooted.answer();
  const auto settled = settled_after_reboot(context);
  if (!settled) return settled.answer();
  return Restart{"restarted", {{"rollback_restarted_from", boot_id}}};
}

Awaited<Ready> restart_services(StepContext& context, const std::vector<Unit>& ran_before) {
  const auto check = look_at_services(context, "services", ran_before);
  if (!check) return check.answer();
  std::vector<std::string> down;
  for (const auto& state : check->states) {
    if (!state.is_up && state.before == "active") down.push_back(state.name);
  }
  const auto failed = look_at_failed_units(context);
  if (!failed) return failed.answer();
  auto units = failed->fresh;
  for (const auto& unit : ran_before) {
    const bool is_down = std::any_of(down.begin(), down.end(), [&](const std::string& name) {
      const auto names = split_alternatives(name);
      return std::find(names.begin(), names.end(), unit.name) != names.end();
    });
    const bool is_listed = std::find(units.begin(), units.end(), unit.name) != units.end();
    if (is_down && unit.is_up() && !is_listed) units.push_back(unit.name);
  }
  if (units.empty()) return Ready{};
  const auto restarted = context.commands("restart", {restart_units(units)});
  if (!restarted) return restarted.answer();
  return Ready{fmt::format("restarted services: {}", fmt::join(units, ", "))};
}

}  // namespace

Outcome rollback(StepContext& context) {
  for (const auto& [phase, name, kind] : {std::tuple(Phase::Patch, "apply", ports::ActionKind::PatchUpdate),
                                          std::tuple(Phase::Reboot, "reboot", ports::ActionKind::Reboot)}) {
    const auto ended = end_action(context, phase, name, kind);
    if (!ended) return ended.answer();
  }
  const auto free = wait_until_free(context);
  if (!free) return free.answer();
  const auto undone = undo_snapshot(context);
  if (!undone) return undone.answer();
  const auto before = context.baseline();
  const auto packages = restore_packages(context, installed_from(before.at("packages").as_object()));
  if (!packages) return packages.answer();
  const auto restarted = restart_system(context);
  if (!restarted) return restarted.answer();
  const auto services = restart_services(context, units_from(before.at("services").as_array()));
  if (!services) return services.answer();

  std::vector<std::string> parts;
  for (const auto* detail : {&undone->detail, &packages->detail, &restarted->detail, &services->detail}) {
    if (!detail->empty()) parts.push_back(*detail);
  }
  return Done{fmt::format("{}", fmt::join(parts, "; ")), restarted->facts, {{"parts", json::array(parts.begin(), parts.end())}}};
}

}  // namespace spm::engine::steps
