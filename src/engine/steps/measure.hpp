#pragma once
// One measurement of a system: from Prometheus when there is one and it knows the system, else from two looks at /proc. Used before and
// after the patch, with the same window.

#include <string>

#include "engine/context.hpp"
#include "engine/verdict.hpp"

namespace spm::engine::steps {

// The address under which Prometheus knows the system: "192.0.2.7:9100".
[[nodiscard]] std::string instance_of(const StepContext& context);

// Prometheus' answer; an Outcome to wait when it does not answer and the tries are not used up. Values that it does not have stay absent.
// The window begins no earlier than `from`, so that it holds nothing of what happened before: another test, or the time before the patch.
[[nodiscard]] Awaited<Measurement> measure_by_prometheus(StepContext& context, std::optional<Time> from);
// Two looks at /proc/stat five seconds apart and one at /proc/meminfo, as commands on the system.
[[nodiscard]] Awaited<Measurement> measure_by_commands(StepContext& context);

}  // namespace spm::engine::steps
