#include "integrations/uyuni/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "integrations/uyuni/action_systems.hpp"
#include "integrations/uyuni/events.hpp"
#include "integrations/uyuni/faults.hpp"
#include "integrations/uyuni/fields.hpp"

namespace spm::uyuni {
namespace {

using net::Repeat;
using xmlrpc::Array;
using xmlrpc::Value;

// After a write, an answer of the wrong shape says nothing about what was done.
template <class T>
Result<T> outcome_unknown(Error error) {
  error.upstream = UpstreamFailure::OutcomeUnknown;
  return tl::unexpected<Error>(std::move(error));
}

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// A ':' or '.' goes on with a name only when something follows it ("RHSA-2026:0123", but "USN-1-1: openssl").
bool goes_on(std::string_view rest) {
  if (rest.empty()) return false;
  if (rest.front() == ':' || rest.front() == '.') return rest.size() > 1 && is_alnum(rest[1]);
  return is_alnum(rest.front()) || std::string_view("-_+~").find(rest.front()) != std::string_view::npos;
}

bool event_mentions(const SystemEvent& event, const AdvisoryName& advisory) {
  return mentions(event.name, advisory) ||
         std::any_of(event.details.begin(), event.details.end(), [&](const std::string& detail) { return mentions(detail, advisory); });
}

}  // namespace

bool mentions(std::string_view text, const AdvisoryName& advisory) {
  if (advisory.value.empty()) return false;
  for (auto at = text.find(advisory.value); at != std::string_view::npos; at = text.find(advisory.value, at + 1)) {
    const bool starts = at == 0 || (!is_alnum(text[at - 1]) && text[at - 1] != '-' && text[at - 1] != '_');
    if (starts && !goes_on(text.substr(at + advisory.value.size()))) return true;
  }
  return false;
}

Result<ActionId> UyuniFleet::schedule_errata(SystemId system, const std::vector<UyuniErratumId>& errata, Time earliest) {
  const std::string method = "system.scheduleApplyErrata";
  Array ids;
  for (const UyuniErratumId& id : errata) ids.emplace_back(id.value);
  // allowModules: without it every system with a modular channel refuses every patch (fault 2107). The strict default of onlyRelevant
  // stays.
  const auto answer = client_.call(method, {system.value, std::move(ids), client_.schedule_time(earliest), true}, Repeat::Never);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto actions = as_list(*answer, method, 100);
  if (!actions) return outcome_unknown<ActionId>(actions.error());
  if ((*actions)->empty()) {
    return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::Refused,
                         fmt::format("UYUNI scheduled nothing for system {}: none of the patches is applicable to it", system.value),
                         {{"fault_code", kNotApplicable}});
  }
  const auto id = as_id((*actions)->front(), method);
  if (!id) return outcome_unknown<ActionId>(id.error());
  return ActionId{*id};
}

Result<ActionId> UyuniFleet::schedule_reboot(SystemId system, Time earliest) {
  const std::string method = "system.scheduleReboot";
  const auto answer = client_.call(method, {system.value, client_.schedule_time(earliest)}, Repeat::Never);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto id = as_id(*answer, method);
  if (!id) return outcome_unknown<ActionId>(id.error());
  return ActionId{*id};
}

Result<std::optional<ActionId>> UyuniFleet::find_action(SystemId system, ports::ActionKind kind, const AdvisoryName& advisory, Time since) {
  const bool patches = kind == ports::ActionKind::PatchUpdate;
  const auto events = own_events(client_, system, patches ? kPatchUpdate : kSystemReboot, since);
  if (!events) return tl::unexpected<Error>(events.error());
  for (const SystemEvent& event : *events) {
    if (!patches || event_mentions(event, advisory)) return std::optional(event.id);
  }
  return std::optional<ActionId>();
}

Result<ports::ActionReport> UyuniFleet::action_report(SystemId system, ActionId action) {
  auto found = find_in_action(client_, system, action);
  if (!found) return tl::unexpected<Error>(found.error());
  switch (found->place) {
    case ActionPlace::Failed: return ports::ActionReport{ports::ActionState::Failed, std::move(found->message)};
    case ActionPlace::Completed: return ports::ActionReport{ports::ActionState::Completed, std::move(found->message)};
    case ActionPlace::None: return ports::ActionReport{ports::ActionState::Gone, {}};
    case ActionPlace::InProgress: break;
  }
  const auto picked_up = is_picked_up(client_, system, action);
  if (!picked_up) return tl::unexpected<Error>(picked_up.error());
  return ports::ActionReport{*picked_up ? ports::ActionState::PickedUp : ports::ActionState::Queued, std::move(found->message)};
}

Result<bool> UyuniFleet::cancel_action(SystemId system, ActionId action) {
  const auto cancelled = client_.call("schedule.cancelActions", {Array{action.value}}, Repeat::Never);
  if (cancelled || fault_says(cancelled.error(), "could not find action")) return true;
  if (fault_code(cancelled.error()) != kCannotCancel) return tl::unexpected<Error>(cancelled.error());
  // Picked up: it can only be called failed, and goes on on the minion (uyuni-xmlrpc 16, 19).
  const auto failed = client_.call("schedule.failSystemAction",
                                   {system.value, action.value, "Ended by SPM Orchestrator: it did not end by itself"}, Repeat::Never);
  const bool ended =
      failed || fault_says(failed.error(), "must be in Pending state") || fault_says(failed.error(), "could not find action");
  if (!ended) return tl::unexpected<Error>(failed.error());
  return true;
}

Result<std::optional<UyuniErratumId>> UyuniFleet::applicable_id(SystemId system, const AdvisoryName& advisory) {
  const std::string method = "system.getRelevantErrata";
  const auto answer = client_.call(method, {system.value}, Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto list = as_list(*answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  for (const Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    if (members == nullptr) return bad_answer(method, "an entry is not a struct");
    if (text_of(*members, "advisory_name") != advisory.value) continue;
    const auto id = integer_of(*members, "id");
    if (!id || *id <= 0) return bad_answer(method, fmt::format("{} has no id", advisory.value));
    return std::optional(UyuniErratumId{*id});
  }
  return std::optional<UyuniErratumId>();
}

Result<bool> UyuniFleet::add_note(SystemId system, const std::string& subject, const std::string& body) {
  const auto answer = client_.call("system.addNote", {system.value, subject, body}, Repeat::Never);
  if (!answer) return tl::unexpected<Error>(answer.error());
  return true;
}

}  // namespace spm::uyuni
