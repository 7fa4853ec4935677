#pragma once
// The actions of one system as system.listSystemEvents tells them, from their creation on (uyuni-xmlrpc 4.10). Used to find what an
// earlier call left behind when its answer was lost.

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "integrations/uyuni/session.hpp"

namespace spm::uyuni {

// Display names, which are also what listSystemEvents filters by (uyuni-xmlrpc 6.1).
constexpr const char* kPatchUpdate = "Patch Update";
constexpr const char* kSystemReboot = "System reboot";
constexpr const char* kScriptRun = "Run an arbitrary script";

struct SystemEvent {
  ActionId id;
  std::string name;
  std::string scheduler;  // empty when UYUNI does not say
  Time created{};         // the later instant when the local time is ambiguous: rather adopt than act twice
  bool picked_up = false;
  std::vector<std::string> details;  // of a patch action: its advisories
};

// Everything or an error: what is left out here would be done twice.
[[nodiscard]] Result<std::vector<SystemEvent>> parse_events(const xmlrpc::Value& answer, const ServerTimeZone& zone);

// Our own account's actions of this type that were created at or after `since` (less a minute for the difference of the clocks), newest
// first.
[[nodiscard]] Result<std::vector<SystemEvent>> own_events(UyuniClient& client, SystemId system, const char* type, Time since);

// Whether the minion has taken the action. An action that is not listed counts as taken: it may be running.
[[nodiscard]] Result<bool> is_picked_up(UyuniClient& client, SystemId system, ActionId action);

}  // namespace spm::uyuni
