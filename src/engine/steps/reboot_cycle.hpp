#pragma once
// Restarting a system, and the proof that it restarted: another boot id. Used by the reboot phase and by the rollback.

#include <string>

#include "engine/context.hpp"

namespace spm::engine::steps {

struct Reboot {
  std::string action_id;
  std::string boot_id;  // the new one
};

// Schedules the reboot (once), then looks at the boot id until it differs from `old_boot_id`. Fails as transient when the system is not
// back within the reboot timeout; as infra when UYUNI could not reach it to reboot it. UYUNI's "completed" is not asked for: it lags.
[[nodiscard]] Awaited<Reboot> reboot_and_prove(StepContext& context, const std::string& old_boot_id);

// The wait after the system is back; counted from when it was first seen.
[[nodiscard]] Awaited<Time> settled_after_reboot(StepContext& context);

}  // namespace spm::engine::steps
