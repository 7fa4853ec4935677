// schedule.* (uyuni-xmlrpc 6).
#include <algorithm>

#include "sandbox/uyuni/fault.hpp"
#include "sandbox/uyuni/structs.hpp"

namespace spm::sandbox::uyuni {
namespace {

constexpr std::size_t kDisplayLimit = 10'000;  // java.actions_display_limit

bool is_in_progress(ActionStatus status) { return status == ActionStatus::Queued || status == ActionStatus::PickedUp; }
bool is_completed(ActionStatus status) { return status == ActionStatus::Completed; }
bool is_failed(ActionStatus status) { return status == ActionStatus::Failed; }
using StatusTest = bool (*)(ActionStatus);

int count(const Action& action, StatusTest test) {
  return static_cast<int>(
      std::count_if(action.systems.begin(), action.systems.end(), [&](const auto& entry) { return test(entry.status); }));
}

Struct schedule_action(const Call& call, const Action& action) {
  Struct members{{"id", action.id},
                 {"name", action.name + " scheduled by " + action.scheduler.value_or("(unknown)")},
                 {"type", display_name(action.type)},
                 {"earliest", call.time.date(action.earliest)},
                 {"completedSystems", count(action, is_completed)},
                 {"failedSystems", count(action, is_failed)},
                 {"inProgressSystems", count(action, is_in_progress)}};
  if (action.scheduler) members.emplace("scheduler", *action.scheduler);
  return members;
}

// Newest earliest first; nullptr lists all, archived ones included.
Answer list_actions(Call& call, StatusTest test) {
  std::vector<const Action*> found;
  for (const auto& action : call.actions().all()) {
    if (test == nullptr || (!action.archived && count(action, test) > 0)) found.push_back(&action);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->earliest > b->earliest; });
  if (found.size() > kDisplayLimit) found.resize(kDisplayLimit);
  Array actions;
  for (const auto* action : found) actions.push_back(schedule_action(call, *action));
  return Value(actions);
}

Answer list_all(Call& call, const Array&) { return list_actions(call, nullptr); }
Answer list_in_progress(Call& call, const Array&) { return list_actions(call, is_in_progress); }
Answer list_completed(Call& call, const Array&) { return list_actions(call, is_completed); }
Answer list_failed(Call& call, const Array&) { return list_actions(call, is_failed); }

Answer list_systems(Call& call, const Array& params, StatusTest test) {
  const auto* action = call.actions().find(int_at(params, 0));
  if (action == nullptr) return no_such_action(int_at(params, 0));
  Array systems;
  for (const auto& entry : action->systems) {
    if (!test(entry.status)) continue;
    const auto& host = *call.world().host(entry.sid);
    Struct members{{"server_id", entry.sid}, {"server_name", host.spec.name}, {"base_channel", host.os->channel}};
    if (is_in_progress(entry.status))
      members.emplace("timestamp", call.time.date(action->earliest));
    else if (entry.completed)
      members.emplace("timestamp", call.time.date(*entry.completed));
    if (entry.message) members.emplace("message", *entry.message);
    systems.push_back(std::move(members));
  }
  return Value(systems);
}

Answer list_in_progress_systems(Call& call, const Array& params) { return list_systems(call, params, is_in_progress); }
Answer list_completed_systems(Call& call, const Array& params) { return list_systems(call, params, is_completed); }
Answer list_failed_systems(Call& call, const Array& params) { return list_systems(call, params, is_failed); }

// All or nothing: one picked-up system of one action refuses the whole call.
Answer cancel_actions(Call& call, const Array& params) {
  const auto ids = ints_at(params, 0);
  for (const auto id : ids) {
    const auto* action = call.actions().find(id);
    if (action == nullptr) return no_such_action(id);
    const bool picked = std::any_of(action->systems.begin(), action->systems.end(),
                                    [](const auto& entry) { return entry.status == ActionStatus::PickedUp; });
    if (picked) return fault(10003, fmt::format("Cannot cancel an action in PICKED UP state. Action id: {}", id));
  }
  if (!call.actions().troubles.taskomatic_up) return taskomatic_down();
  for (const auto id : ids) call.actions().cancel(*call.actions().find(id));
  return Value(1);
}

Answer fail_system_action(Call& call, const Array& params) {
  const auto sid = int_at(params, 0);
  const auto id = int_at(params, 1);
  auto* action = call.actions().find(id);
  auto* entry = action == nullptr ? nullptr : action->on(sid);
  if (entry == nullptr) return unhandled(fmt::format("Could not find action {} on system {}", id, sid));
  if (!is_in_progress(entry->status)) return unhandled(fmt::format("Action {} must be in Pending state on server {}", id, sid));
  const auto message = params.size() > 2 ? text_at(params, 2) : fmt::format("This action has been manually failed by {}", call.login);
  call.actions().fail(*entry, -1, message);
  return Value(1);
}

Answer archive_actions(Call& call, const Array& params) {
  const auto ids = ints_at(params, 0);
  for (const auto id : ids) {
    if (call.actions().find(id) == nullptr) return no_such_action(id);
  }
  for (const auto id : ids) call.actions().find(id)->archived = true;
  return Value(1);
}

constexpr Method kMethods[] = {
    {"schedule.listAllActions", "", list_all},
    {"schedule.listInProgressActions", "", list_in_progress},
    {"schedule.listCompletedActions", "", list_completed},
    {"schedule.listFailedActions", "", list_failed},
    {"schedule.listInProgressSystems", "i", list_in_progress_systems},
    {"schedule.listCompletedSystems", "i", list_completed_systems},
    {"schedule.listFailedSystems", "i", list_failed_systems},
    {"schedule.cancelActions", "I", cancel_actions},
    {"schedule.failSystemAction", "ii", fail_system_action},
    {"schedule.failSystemAction", "iis", fail_system_action},
    {"schedule.archiveActions", "I", archive_actions},
};

}  // namespace

std::span<const Method> schedule_methods() { return kMethods; }

}  // namespace spm::sandbox::uyuni
