// Lets the system run for a while with the patch: a wait as a row, nobody sleeps.

#include <fmt/format.h>

#include "engine/steps/steps.hpp"

namespace spm::engine::steps {

Outcome stabilize(StepContext& context) {
  const auto known = time_fact(context.run(), "stabilize_until");
  const auto until = known.value_or(context.after(context.config().wait_after_patch));
  if (context.now() >= until) return Done{fmt::format("ran for {} s with the patch", context.config().wait_after_patch.count()), {}, {}};
  return WaitUntil{until,
                   "letting the system run with the patch",
                   {{"stabilize_until", format_time(until)},
                    {"patched_at", format_time(time_fact(context.run(), "patched_at").value_or(context.now()))}}};
}

}  // namespace spm::engine::steps
