// Proves that the system is back: the whole package list equals the baseline's, everything runs, and nothing is under way that could still
// change it. Anything else, and the runner puts the system into quarantine.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/host.hpp"
#include "engine/steps/service_check.hpp"
#include "engine/steps/steps.hpp"

namespace spm::engine::steps {
namespace {

// The patch action of this run, when it was given up while the system might still have been working on it.
std::optional<std::string> unsettled_action(StepContext& context) {
  if (const auto action = text_fact(context.run(), "unsettled_action"); action && !action->empty()) return action;
  const auto patch = context.operations().find(Phase::Patch, "apply");
  if (!patch) return std::nullopt;
  const auto* may_still_run = patch->result.if_contains("may_still_run");
  if (may_still_run == nullptr || !may_still_run->as_bool()) return std::nullopt;
  return patch->upstream_id;
}

struct Boot {
  std::string boot_id;
  std::string doubt;  // empty: it runs what is installed
};

// A system that went back and has not started since still runs parts of what was taken away.
Awaited<Boot> look_at_boot(StepContext& context) {
  const auto& run = context.run();
  const auto seen = context.commands("boot", {read_boot_id(), read_reboot_flag(run.target_os)});
  if (!seen) return seen.answer();
  const auto boot_id = boot_id_in((*seen)[0]);
  if (!boot_id) return Outcome(Retry{"the boot id could not be read: " + why_unusable("cat", (*seen)[0])});
  const auto flag = reboot_needed_in(run.target_os, (*seen)[1]);
  if (!flag) return Outcome(Retry{"whether a reboot is pending could not be checked: " + why_unusable("the reboot check", (*seen)[1])});
  if (text_fact(run, "rollback_restarted_from") == *boot_id) return Boot{*boot_id, "it was to restart and still runs with its old boot id"};
  return Boot{*boot_id, *flag ? fmt::format("it still asks for a reboot ({})", reboot_flag_name(run.target_os)) : ""};
}

}  // namespace

Outcome post_rollback(StepContext& context) {
  const auto& run = context.run();
  const auto now = context.installed("packages");
  if (!now) return now.answer();
  const auto before = context.baseline();
  const auto left = differences(installed_from(before.at("packages").as_object()), *now);
  json::object evidence{{"packages", to_json(left)}, {"compared", now->size()}};
  if (!left.empty()) {
    return Fail{FailureClass::Infra,
                fmt::format("{} still differs from its baseline: {}", run.subject.system_name, describe(left)),
                {},
                std::move(evidence)};
  }
  const auto check = check_services(context, units_from(before.at("services").as_array()));
  if (!check) return check.answer();
  evidence["services"] = to_json(check->states);
  if (!check->down.empty()) {
    return Fail{FailureClass::Infra,
                fmt::format("{} has its packages back, but does not run: {}", run.subject.system_name, fmt::join(check->down, ", ")),
                {},
                std::move(evidence)};
  }
  const auto failed = look_at_failed_units(context);
  if (!failed) return failed.answer();
  evidence["new_failed_units"] = json::array(failed->fresh.begin(), failed->fresh.end());
  if (!failed->fresh.empty()) {
    return Fail{FailureClass::Infra,
                fmt::format("{} has its packages back, but these units have failed since the baseline: {}", run.subject.system_name,
                            fmt::join(failed->fresh, ", ")),
                {},
                std::move(evidence)};
  }
  const auto boot = look_at_boot(context);
  if (!boot) return boot.answer();
  evidence["boot_id"] = boot->boot_id;
  if (!boot->doubt.empty())
    return Fail{FailureClass::Infra,
                fmt::format("{} has its packages back, but {}", run.subject.system_name, boot->doubt),
                {},
                std::move(evidence)};
  if (const auto action = unsettled_action(context)) {
    return Fail{FailureClass::Infra,
                fmt::format("UYUNI's action {} was given up while {} may still have been working on it, so it can still change", *action,
                            run.subject.system_name),
                {},
                std::move(evidence)};
  }
  return Done{fmt::format("{} is as it was: {} packages, {} services", run.subject.system_name, now->size(), check->states.size()),
              {},
              std::move(evidence)};
}

}  // namespace spm::engine::steps
