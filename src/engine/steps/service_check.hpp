#pragma once
// Whether everything runs that must: the critical services, and what ran before. Several looks, because services take time to start.
// Used by the services phase and by the proof of a rollback.

#include <string>
#include <vector>

#include "engine/context.hpp"
#include "engine/units.hpp"

namespace spm::engine::steps {

struct ServiceCheck {
  std::vector<ServiceState> states;
  std::vector<std::string> down;  // after the last look; empty: all is well
  std::int64_t looks = 0;
};

// A look whose answer cannot be read spoils the attempt: it is not a look that found everything running.
[[nodiscard]] Awaited<ServiceCheck> check_services(StepContext& context, const std::vector<Unit>& ran_before);
// One look now.
[[nodiscard]] Awaited<ServiceCheck> look_at_services(StepContext& context, const std::string& name, const std::vector<Unit>& ran_before);

struct FailedUnits {
  std::vector<std::string> before;  // at the baseline
  std::vector<std::string> now;
  std::vector<std::string> fresh;  // in `now` alone
};

// The units that systemd calls failed. When it does not say, the attempt is spoilt.
[[nodiscard]] Awaited<FailedUnits> look_at_failed_units(StepContext& context);

}  // namespace spm::engine::steps
