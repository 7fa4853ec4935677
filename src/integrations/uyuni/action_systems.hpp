#pragma once
// Where one system stands under one action: there is no call for that, only three lists for each action (uyuni-xmlrpc 6).

#include <optional>
#include <string>

#include "base/ids.hpp"
#include "integrations/uyuni/session.hpp"

namespace spm::uyuni {

enum class ActionPlace { InProgress, Failed, Completed, None };  // None: the action is unknown, or was cancelled for this system

struct SystemInAction {
  ActionPlace place = ActionPlace::None;
  std::string message;  // empty when UYUNI gives none: the minion was not in the master's answer
};

[[nodiscard]] Result<SystemInAction> find_in_action(UyuniClient& client, SystemId system, ActionId action);

}  // namespace spm::uyuni
