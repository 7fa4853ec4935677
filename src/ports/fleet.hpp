#pragma once
// Changing managed systems through their manager: apply errata, reboot, write a note. Implemented by UYUNI.
// Every scheduling call may have happened although its answer was lost (OutcomeUnknown): find_* looks before anybody repeats.

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace spm::ports {

enum class ActionKind { PatchUpdate, Reboot };

enum class ActionState {
  Queued,
  PickedUp,
  Completed,
  Failed,
  Gone
};  // Gone: the upstream does not list the system under the action any more

struct ActionReport {
  ActionState state = ActionState::Queued;
  std::string message;  // the upstream's own words; may be empty
};

class Fleet {
 public:
  virtual ~Fleet() = default;

  // Refused with fault_code 2600: not applicable (any more) or already scheduled; 11334: outside a maintenance window.
  // `label` is not stored by UYUNI for these kinds; adoption goes by system, kind, erratum and time.
  [[nodiscard]] virtual Result<ActionId> schedule_errata(SystemId system, const std::vector<UyuniErratumId>& errata, Time earliest) = 0;
  [[nodiscard]] virtual Result<ActionId> schedule_reboot(SystemId system, Time earliest) = 0;

  // An action of this kind on this system that our own account created at or after `since` (with a minute of tolerance for clock
  // difference), newest first. For PatchUpdate only actions that carry `advisory`. nullopt: there is surely none.
  [[nodiscard]] virtual Result<std::optional<ActionId>> find_action(SystemId system, ActionKind kind, const AdvisoryName& advisory,
                                                                    Time since) = 0;

  [[nodiscard]] virtual Result<ActionReport> action_report(SystemId system, ActionId action) = 0;
  // Ends an action that will not end by itself. What runs on the minion goes on. Already ended: success.
  [[nodiscard]] virtual Result<bool> cancel_action(SystemId system, ActionId action) = 0;

  // The patch is still missing on the system according to UYUNI now; its scheduling id when it is.
  [[nodiscard]] virtual Result<std::optional<UyuniErratumId>> applicable_id(SystemId system, const AdvisoryName& advisory) = 0;

  [[nodiscard]] virtual Result<bool> add_note(SystemId system, const std::string& subject, const std::string& body) = 0;
};

}  // namespace spm::ports
