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
};

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
  return Need{run.subject.reboot_expected, flag.value_or(false), *boot_id};
}

}  // namespace

Outcome reboot(StepContext& context) {
  const auto& run = context.run();
  const auto need = read_need(context);
  if (!need) return need.answer();
  if (!need->by_erratum && !need->by_system) {
    return Skipped{"neither the erratum nor the system asks for a reboot",
                   {{"required_reboot", false}},
                   {{"by_erratum", false}, {"by_system", false}}};
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
  return Done{fmt::format("{} restarted ({}): the boot id changed", run.subject.system_name, why),
              {{"required_reboot", true}, {"reboot_performed", true}},
              {{"by_erratum", need->by_erratum},
               {"by_system", need->by_system},
               {"action_id", rebooted->action_id},
               {"boot_id_before", need->boot_id},
               {"boot_id_after", rebooted->boot_id}}};
}

}  // namespace spm::engine::steps
