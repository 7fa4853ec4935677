#include "engine/steps/service_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/host.hpp"
#include "engine/verdict.hpp"

namespace spm::engine::steps {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kLooks = 6;
constexpr auto kPause = 20s;

std::vector<std::string> texts(const json::array& list) {
  std::vector<std::string> all;
  for (const auto& entry : list) all.emplace_back(entry.as_string());
  return all;
}

}  // namespace

Awaited<FailedUnits> look_at_failed_units(StepContext& context) {
  const auto outputs = context.commands("failed_units", {list_failed_units()});
  if (!outputs) return outputs.answer();
  auto now = read_unit_names(outputs->front().output);
  if (outputs->front().exit_status != 0 || !now) {
    return Outcome(Retry{"failed units could not be listed: " + (now ? why_unusable("systemctl", outputs->front()) : now.error().message)});
  }
  FailedUnits units{texts(context.baseline().at("failed_units").as_array()), std::move(*now), {}};
  units.fresh = new_failed_units(units.before, units.now);
  return units;
}

Awaited<ServiceCheck> look_at_services(StepContext& context, const std::string& name, const std::vector<Unit>& ran_before) {
  const auto& critical = context.config().critical_services;
  const auto units = units_to_watch(critical, ran_before);
  const auto outputs = context.commands(name, {show_units(units)});
  if (!outputs) return outputs.answer();
  const auto after = read_units(units, outputs->front().output);
  if (outputs->front().exit_status != 0 || !after) {
    return Outcome(
        Retry{"services could not be checked: " + (after ? why_unusable("systemctl", outputs->front()) : after.error().message)});
  }
  ServiceCheck check;
  check.states = compare_services(critical, ran_before, *after);
  check.down = down_in(check.states);
  return check;
}

Awaited<ServiceCheck> check_services(StepContext& context, const std::vector<Unit>& ran_before) {
  const auto& run = context.run();
  const auto fact = fmt::format("{}_{}_look", to_string(run.phase), run.attempt);
  const auto look = number_fact(run, fact).value_or(1);
  auto seen = look_at_services(context, fmt::format("services_{}", look), ran_before);
  if (!seen) return seen.answer();
  if (!seen->down.empty() && look < kLooks) {
    return Outcome(WaitUntil{context.after(kPause),
                             fmt::format("not running yet: {} (look {} of {})", fmt::join(seen->down, ", "), look, kLooks),
                             {{fact, look + 1}}});
  }
  auto check = *seen;
  check.looks = look;
  return check;
}

}  // namespace spm::engine::steps
