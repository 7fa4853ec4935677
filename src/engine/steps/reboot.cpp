// Restarts the system when the erratum, its vendor or the system itself asks for it, and proves the restart by a changed boot id.

#include <fmt/format.h>

#include "engine/host.hpp"
#include "engine/steps/reboot_cycle.hpp"
#include "engine/steps/steps.hpp"

namespace spm::engine::steps {
namespace {

struct Need {
  bool by_erratum = false;  // package patterns or the vendor's word
  bool by_system = false;   // its own flag after the patch
  std::string boot_id;      // before the reboot
  json::object observed;
};

// Who asks, in words: the system's own flag always stands in it, whatever the erratum says.
std::string source_of(const Run& run, bool by_erratum, std::optional<bool> flag) {
  const auto own = fmt::format("{} on the system says {}", reboot_flag_name(run.target_os), flag ? (*flag ? "yes" : "no") : "nothing");
  return by_erratum ? own + "; the erratum's packages or its vendor ask for one" : own;
}

Awaited<Need> read_need(StepContext& context) {
  const auto& run = context.run();
  const auto outputs = context.commands("need", {read_reboot_flag(run.target_os), read_boot_id()});
  if (!outputs) return outputs.answer();
  const auto flag = reboot_needed_in(run.target_os, (*outputs)[0]);
  const auto boot_id = boot_id_in((*outputs)[1]);
  if (!boot_id)
    return Outcome(Fail{FailureClass::Transient, "the boot id could not be read: " + why_unusable("cat", (*outputs)[1]), {}, {}});
  if (!flag && !run.subject.reboot_expected) {
    return Outcome(Fail{FailureClass::Transient,
                        "whether a reboot is needed could not be checked: " + why_unusable("the reboot check", (*outputs)[0]),
                        {},
                        {}});
  }
  const bool by_erratum = run.subject.reboot_expected;
  return Need{by_erratum, flag.value_or(false), *boot_id,
              observed(by_erratum || flag.value_or(false), source_of(run, by_erratum, flag), context.seen_at("need"))};
}

}  // namespace

Outcome reboot(StepContext& context) {
  const auto& run = context.run();
  const auto need = read_need(context);
  if (!need) return need.answer();
  if (!need->by_erratum && !need->by_system) {
    const auto before = text_fact(run, "boot_id").value_or("");
    const bool restarted = before != need->boot_id;
    const auto source = restarted ? fmt::format("it restarted by itself: the boot id went from {} to {}", before, need->boot_id)
                                  : fmt::format("the boot id is {}, as before the patch", need->boot_id);
    return Skipped{"neither the erratum nor the system asks for a reboot",
                   {{"required_reboot", false},
                    {kObservedNeed, need->observed},
                    {kObservedReboot, observed(restarted, source, context.seen_at("need"))}},
                   {{"by_erratum", false}, {"by_system", false}, {"boot_id", need->boot_id}, {"required_reboot", need->observed}}};
  }
  const std::string why = need->by_system ? "the system asks for a reboot" : "the erratum asks for a reboot";
  const auto known = context.operations().find(Phase::Reboot, "reboot");
  if (!known || !known->is_over()) {
    context.move_item(queue::Status::Testing, queue::Status::NeedsReboot, why);
    context.move_item(queue::Status::NeedsReboot, queue::Status::Rebooting, why);
  }

  const auto rebooted = reboot_and_prove(context, need->boot_id);
  if (!rebooted) return rebooted.answer();
  const auto settled = settled_after_reboot(context);
  if (!settled) return settled.answer();
  context.move_item(queue::Status::Rebooting, queue::Status::Testing, "the system is back");
  return Done{
      fmt::format("{} restarted ({}): the boot id changed", run.subject.system_name, why),
      {{"required_reboot", true},
       {"reboot_performed", true},
       {kObservedNeed, need->observed},
       {kObservedReboot, observed(true, fmt::format("the boot id went from {} to {}", need->boot_id, rebooted->boot_id), context.now())}},
      {{"by_erratum", need->by_erratum},
       {"by_system", need->by_system},
       {"required_reboot", need->observed},
       {"action_id", rebooted->action_id},
       {"boot_id_before", need->boot_id},
       {"boot_id_after", rebooted->boot_id}}};
}

}  // namespace spm::engine::steps
