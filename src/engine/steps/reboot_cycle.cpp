#include "engine/steps/reboot_cycle.hpp"

#include <fmt/format.h>

#include "engine/host.hpp"
#include "engine/text.hpp"

namespace spm::engine::steps {
namespace {

using namespace std::chrono_literals;

std::string fact_name(const Run& run, std::string_view what) { return fmt::format("{}_{}_{}", to_string(run.phase), run.attempt, what); }

// What UYUNI says of a reboot that cannot happen any more.
Result<std::optional<std::string>> failure_of(StepContext& context, const Operation& reboot) {
  const auto report = context.fleet().action_report(context.run().system, ActionId{std::stoll(reboot.upstream_id)});
  if (!report) return tl::unexpected(report.error());
  if (report->state == ports::ActionState::Failed) return report->message.empty() ? "UYUNI gave no reason" : report->message;
  if (report->state == ports::ActionState::Gone) return "the action was cancelled in UYUNI";
  return std::nullopt;
}

Outcome not_back(StepContext& context, const Operation& reboot, std::int64_t look, const std::string& what_was_seen) {
  const auto& run = context.run();
  // A failure counts only after a look that began when it was already known, because the system may have restarted all the same.
  const auto failure = failure_of(context, reboot);
  if (failure && *failure && flag_fact(run, fact_name(run, "reboot_failed"))) {
    const bool was_down = (*failure)->find("Minion is down") != std::string::npos;
    return Fail{was_down ? FailureClass::Infra : FailureClass::Transient,
                fmt::format("{} could not be rebooted: {}", run.subject.system_name, **failure),
                {},
                {}};
  }
  if (context.now() >= reboot.intended_at + context.settings().reboot_timeout) {
    return Fail{FailureClass::Transient,
                fmt::format("{} was not back from its reboot within {} s: {}", run.subject.system_name,
                            context.settings().reboot_timeout.count(), what_was_seen),
                {},
                {}};
  }
  return WaitUntil{context.after(10s),
                   fmt::format("waiting for {} to come back from its reboot: {}", run.subject.system_name, what_was_seen),
                   {{fact_name(run, "look"), look + 1}, {fact_name(run, "reboot_failed"), failure && *failure}}};
}

}  // namespace

Awaited<Reboot> reboot_and_prove(StepContext& context, const std::string& old_boot_id) {
  const auto& run = context.run();
  const auto reboot = context.schedule_reboot("reboot");
  if (!reboot) return reboot.answer();
  if (reboot->state == OperationState::Failed) {
    return Outcome(
        Fail{FailureClass::Infra, fmt::format("UYUNI would not reboot {}: {}", run.subject.system_name, reboot->reason()), {}, {}});
  }
  if (const auto* proven = reboot->result.if_contains("boot_id")) return Reboot{reboot->upstream_id, std::string(proven->as_string())};

  const auto look = number_fact(run, fact_name(run, "look")).value_or(1);
  const auto seen = context.batch(fmt::format("look_{}", look), {read_boot_id()}, 30s);
  if (!seen) return seen.answer();
  if (!seen->is_done()) return not_back(context, *reboot, look, seen->reason);
  const auto boot_id = boot_id_in(seen->outputs.front());
  if (!boot_id) return not_back(context, *reboot, look, why_unusable("cat", seen->outputs.front()));
  if (*boot_id == old_boot_id) return not_back(context, *reboot, look, "it still runs with its old boot id");

  auto proven = *reboot;
  context.operations().close(proven, OperationState::Succeeded, {{"boot_id", *boot_id}, {"old_boot_id", old_boot_id}});
  return Reboot{proven.upstream_id, *boot_id};
}

Awaited<Time> settled_after_reboot(StepContext& context) {
  const auto& run = context.run();
  const auto name = fact_name(run, "settled_at");
  const auto known = time_fact(run, name);
  const auto until = known.value_or(context.after(context.config().wait_after_reboot));
  if (context.now() >= until) return until;
  return Outcome(WaitUntil{until, fmt::format("{} is back; letting it settle", run.subject.system_name), {{name, format_time(until)}}});
}

}  // namespace spm::engine::steps
