// The system is known and reachable (a command really ran on it), the erratum still applicable, everything required runs, there is room, no
// reboot pends and nobody holds the package manager. A check that could not be made is not a check that passed.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/host.hpp"
#include "engine/steps/steps.hpp"
#include "engine/text.hpp"
#include "engine/units.hpp"

namespace spm::engine::steps {
namespace {

using namespace std::chrono_literals;

// The order of the commands of the probe.
enum Probe : std::size_t { Reachable, BootId, FreeSpace, Units, Locks, RebootFlag, OsRelease, Kernel };

std::vector<ports::Command> probe_commands(const Run& run, const std::vector<std::string>& units) {
  return {{{"true"}, 15s},
          read_boot_id(),
          read_free_space(),
          show_units(units),
          read_locks(),
          read_reboot_flag(run.target_os),
          read_file("/etc/os-release"),
          read_kernel()};
}

void check_space(const ports::CommandOutput& output, std::vector<std::string>& problems) {
  const auto free = free_kilobytes_in(output);
  if (!free)
    problems.push_back("free space on / could not be checked: " + why_unusable("df", output));
  else if (*free < kFreeKilobytesNeeded)
    problems.push_back(fmt::format("only {} MB are free on /, 500 MB are needed", *free / 1024));
}

void check_services(const std::vector<std::string>& critical, const std::vector<std::string>& names, const ports::CommandOutput& output,
                    std::vector<std::string>& problems) {
  const auto units = read_units(names, output.output);
  if (output.exit_status != 0 || !units) {
    problems.push_back("critical services could not be checked: " + (units ? why_unusable("systemctl", output) : units.error().message));
    return;
  }
  const auto down = down_in(compare_services(critical, {}, *units));
  if (!down.empty()) problems.push_back(fmt::format("critical services are not running: {}", fmt::join(down, ", ")));
}

void check_locks(const ports::CommandOutput& output, std::vector<std::string>& problems) {
  const auto held = package_locks_in(output);
  if (!held)
    problems.push_back("locks of the package manager could not be checked: " + why_unusable("lslocks", output));
  else if (!held->empty())
    problems.push_back(fmt::format("the package manager is busy: {} is locked", fmt::join(*held, ", ")));
}

void check_reboot(const std::string& target_os, const ports::CommandOutput& output, std::vector<std::string>& problems) {
  const auto needed = reboot_needed_in(target_os, output);
  if (!needed)
    problems.push_back("whether a reboot is pending could not be checked: " + why_unusable("the reboot check", output));
  else if (*needed)
    problems.push_back("a reboot is pending from before; restart the system first");
}

std::vector<std::string> problems_in(const StepContext& context, const std::vector<std::string>& units, const Outputs& outputs) {
  std::vector<std::string> problems;
  if (outputs[Reachable].exit_status != 0) problems.push_back("a plain command fails: " + why_unusable("true", outputs[Reachable]));
  if (!boot_id_in(outputs[BootId])) problems.push_back("the boot id could not be read: " + why_unusable("cat", outputs[BootId]));
  check_space(outputs[FreeSpace], problems);
  check_services(context.config().critical_services, units, outputs[Units], problems);
  check_locks(outputs[Locks], problems);
  check_reboot(context.run().target_os, outputs[RebootFlag], problems);
  return problems;
}

// The id under which UYUNI schedules an erratum on this system, which it has only while the erratum is missing there.
Awaited<UyuniErratumId> scheduling_id(StepContext& context, const AdvisoryName& erratum) {
  const auto& run = context.run();
  const auto id = context.fleet().applicable_id(run.system, erratum);
  if (!id && id.error().upstream == UpstreamFailure::Refused) return Outcome(Fail{FailureClass::Infra, id.error().message, {}, {}});
  if (!id) return Outcome(WaitUntil{context.after(10s), id.error().message, {}});
  if (*id) return **id;
  return Outcome(
      Fail{FailureClass::Infra, fmt::format("{} is not applicable to {} any more", erratum.value, run.subject.system_name), {}, {}});
}

Outcome judge(StepContext& context, const std::vector<std::string>& units, const Outputs& outputs) {
  const auto& run = context.run();
  const auto problems = problems_in(context, units, outputs);
  if (!problems.empty())
    return Fail{
        FailureClass::Infra, fmt::format("{} is not fit for a test: {}", run.subject.system_name, fmt::join(problems, "; ")), {}, {}};

  const auto erratum = scheduling_id(context, run.erratum);
  if (!erratum) return erratum.answer();
  json::array further;
  for (const auto& other : run.subject.further) {
    const auto id = scheduling_id(context, other.erratum);
    if (!id) return id.answer();
    further.emplace_back(id->value);
  }
  const auto os = os_name_in(outputs[OsRelease]).value_or("");
  return Done{
      fmt::format("{} answers{}; {} is applicable, all {} critical services run", run.subject.system_name,
                  os.empty() ? "" : " (" + os + ")", run.erratum.value, context.config().critical_services.size()),
      {{"uyuni_erratum_id", erratum->value}, {"further_erratum_ids", std::move(further)}, {"boot_id", *boot_id_in(outputs[BootId])}},
      {{"os", os},
       {"kernel", kernel_in(outputs[Kernel]).value_or("")},
       {"boot_id", *boot_id_in(outputs[BootId])},
       {"free_mb", *free_kilobytes_in(outputs[FreeSpace]) / 1024}}};
}

// Commands that could not be run at all speak about the system, not only about this test: it is not the first choice for the next one.
Outcome could_not_reach(Outcome answer) {
  if (auto* failure = std::get_if<Fail>(&answer)) failure->facts["unreachable"] = true;
  return answer;
}

}  // namespace

Outcome pre_check(StepContext& context) {
  const auto& run = context.run();
  if (run.subject.minion_id.empty()) {
    return Fail{FailureClass::Infra, fmt::format("{} is not a Salt minion, so nothing can be run on it", run.subject.system_name), {}, {}};
  }
  const auto units = units_to_watch(context.config().critical_services, {});
  const auto outputs = context.commands("probe", probe_commands(run, units));
  if (!outputs) return could_not_reach(outputs.answer());
  return judge(context, units, *outputs);
}

}  // namespace spm::engine::steps
