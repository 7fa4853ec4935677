// system.schedule*, scripts and the events of a system (uyuni-xmlrpc 4.7 to 4.10).
#include <algorithm>
#include <map>

#include "sandbox/uyuni/fault.hpp"
#include "sandbox/uyuni/structs.hpp"

namespace spm::sandbox::uyuni {
namespace {

enum class Relevance { Strict, Lenient };

struct PatchRequest {
  std::vector<std::int64_t> systems;
  std::vector<int> errata;
  Time earliest;
  Relevance relevance = Relevance::Strict;
};

std::string patch_action_name(const Call& call, const std::vector<int>& errata) {
  const auto& first = call.world().errata().find(errata.front())->spec;
  if (errata.size() == 1) return fmt::format("Patch Update: {} - {}", first.advisory, first.synopsis);
  return fmt::format("Patch Update: {} and {} more", first.advisory, errata.size() - 1);
}

// For each system what it needs of the request and has not scheduled yet; or the fault.
std::variant<std::map<std::int64_t, std::vector<int>>, xmlrpc::Fault> unscheduled(const Call& call, const PatchRequest& request) {
  std::map<std::int64_t, std::vector<int>> todo;
  for (const auto sid : request.systems) {
    const auto* host = call.world().host(sid);
    if (host == nullptr) return lookup_failed(sid);
    const auto open = call.actions().scheduled_errata(sid);
    for (const int id : request.errata) {
      const bool needed = std::binary_search(host->needed.begin(), host->needed.end(), id);
      if (needed && std::find(open.begin(), open.end(), id) == open.end()) todo[sid].push_back(id);
    }
  }
  if (request.relevance == Relevance::Lenient) return todo;
  // Strict, which is the default: a system that still needs something must need all of it (uyuni-xmlrpc 4.7).
  const bool incomplete =
      std::any_of(todo.begin(), todo.end(), [&](const auto& entry) { return entry.second.size() != request.errata.size(); });
  if (todo.empty() || incomplete)
    return fault(2600, "Invalid errata: at least one of the requested patches is not applicable or already scheduled.");
  return todo;
}

Answer schedule_patches(Call& call, PatchRequest request, const std::vector<std::int64_t>& errata_ids) {
  if (request.systems.empty()) return fault(1213, "No systems specified.");
  if (errata_ids.empty()) return fault(1213, "No errata to apply.");
  for (const auto id : errata_ids) {
    const auto* erratum = call.world().errata().find(id);
    if (erratum == nullptr) return unhandled(fmt::format("Could not find errata with id {}", id));
    if (erratum->spec.retracted) return fault(2602, "Retracted patches cannot be applied: " + erratum->spec.advisory);
    if (std::find(request.errata.begin(), request.errata.end(), erratum->id) == request.errata.end()) request.errata.push_back(erratum->id);
  }
  auto found = unscheduled(call, request);
  if (auto* refused = std::get_if<xmlrpc::Fault>(&found)) return *refused;
  if (!call.actions().troubles.taskomatic_up) return taskomatic_down();
  // One action for each distinct set of patches, shared by the systems that need exactly this set.
  std::map<std::vector<int>, std::vector<std::int64_t>> sets;
  for (const auto& [sid, errata] : std::get<0>(found)) sets[errata].push_back(sid);
  Array ids;
  for (const auto& [errata, systems] : sets) {
    Action action{.type = ActionType::PatchUpdate,
                  .name = patch_action_name(call, errata),
                  .scheduler = call.login,
                  .earliest = request.earliest,
                  .errata = errata};
    for (const auto sid : systems) action.systems.push_back({.sid = sid});
    const int id = call.actions().schedule(std::move(action));
    json::array names;
    for (const int erratum : errata) names.emplace_back(call.world().errata().find(erratum)->spec.advisory);
    for (const auto sid : systems) call.world().record(*call.world().host(sid), "patch_scheduled", {{"action_id", id}, {"errata", names}});
    ids.emplace_back(id);
  }
  return Value(ids);
}

std::optional<Time> date_at(const Call& call, const Array& params, std::size_t i) { return call.time.parse(params.at(i).date()->text); }
xmlrpc::Fault bad_date() { return unhandled("Unparseable date"); }

Answer apply_now(Call& call, const Array& params) {
  return schedule_patches(call, {.systems = ints_at(params, 0), .errata = {}, .earliest = call.world().now()}, ints_at(params, 1));
}

Answer apply_at(Call& call, const Array& params) {
  const auto earliest = date_at(call, params, 2);
  if (!earliest) return bad_date();
  const bool lenient = params.size() >= 5 && !flag_at(params, 4);
  return schedule_patches(
      call,
      {.systems = ints_at(params, 0), .errata = {}, .earliest = *earliest, .relevance = lenient ? Relevance::Lenient : Relevance::Strict},
      ints_at(params, 1));
}

Answer schedule_simple(Call& call, const Array& params, ActionType type) {
  auto* host = call.world().host(int_at(params, 0));
  if (host == nullptr) return type == ActionType::Reboot ? lookup_failed(int_at(params, 0)) : no_such_system(int_at(params, 0));
  const auto earliest = date_at(call, params, 1);
  if (!earliest) return bad_date();
  if (!call.actions().troubles.taskomatic_up) return taskomatic_down();
  Action action{.type = type, .name = display_name(type), .scheduler = call.login, .earliest = *earliest};
  action.systems.push_back({.sid = host->sid});
  const int id = call.actions().schedule(std::move(action));
  if (type == ActionType::Reboot) call.world().record(*host, "reboot_scheduled", {{"action_id", id}});
  return Value(id);
}

Answer schedule_reboot(Call& call, const Array& params) { return schedule_simple(call, params, ActionType::Reboot); }
Answer schedule_package_refresh(Call& call, const Array& params) { return schedule_simple(call, params, ActionType::PackageRefresh); }

std::string without_carriage_returns(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') plain += text[i];
  }
  return plain;
}

// [label,] systems, user, group, timeout, script, earliest: one action for all systems.
Answer schedule_script(Call& call, const Array& params, std::size_t first, const std::string& label) {
  const auto sids = ints_at(params, first);
  const auto earliest = date_at(call, params, first + 5);
  if (!earliest) return bad_date();
  Action action{.type = ActionType::Script, .name = label, .scheduler = call.login, .earliest = *earliest};
  action.script = {text_at(params, first + 1), text_at(params, first + 2), static_cast<int>(int_at(params, first + 3)),
                   without_carriage_returns(text_at(params, first + 4))};
  for (const auto sid : sids) {
    if (call.world().host(sid) == nullptr) return no_such_system(sid);
    action.systems.push_back({.sid = sid});
  }
  if (!call.actions().troubles.taskomatic_up) return taskomatic_down();
  return Value(call.actions().schedule(std::move(action)));
}

Answer schedule_script_run(Call& call, const Array& params) { return schedule_script(call, params, 0, display_name(ActionType::Script)); }
Answer schedule_labelled_script_run(Call& call, const Array& params) { return schedule_script(call, params, 1, text_at(params, 0)); }

std::variant<const Action*, xmlrpc::Fault> find_script(Call& call, std::int64_t id) {
  const auto* action = call.actions().find(id);
  if (action == nullptr) return fault(2700, fmt::format("No such action - {}", id));
  if (action->type != ActionType::Script) return fault(2701, fmt::format("Action {} is not a script action", id));
  return action;
}

Answer get_script_results(Call& call, const Array& params) {
  const auto found = find_script(call, int_at(params, 0));
  if (const auto* refused = std::get_if<xmlrpc::Fault>(&found)) return *refused;
  return script_results(call, *std::get<const Action*>(found));
}

Answer get_script_action_details(Call& call, const Array& params) {
  const auto found = find_script(call, int_at(params, 0));
  if (const auto* refused = std::get_if<xmlrpc::Fault>(&found)) return *refused;
  const auto& action = *std::get<const Action*>(found);
  Struct members{{"id", action.id},
                 {"content", action.script.content},
                 {"run_as_user", action.script.user},
                 {"run_as_group", action.script.group},
                 {"timeout", action.script.timeout_seconds}};
  const auto results = std::get<Value>(script_results(call, action));
  if (!results.array()->empty()) members.emplace("result", results);
  return Value(members);
}

Struct system_event(const Call& call, const Action& action, const SystemAction& entry) {
  const auto count = [&](ActionStatus status) {
    return static_cast<int>(
        std::count_if(action.systems.begin(), action.systems.end(), [&](const auto& known) { return known.status == status; }));
  };
  Struct members{{"failed_count", count(ActionStatus::Failed)},
                 {"successful_count", count(ActionStatus::Completed)},
                 {"action_type", display_name(action.type)},
                 {"earliest_action", call.time.java(action.earliest)},
                 {"archived", action.archived ? 1 : 0},
                 {"name", action.name},
                 {"id", action.id},
                 {"version", "2"},
                 {"modified", call.time.java(action.created)},
                 {"modified_date", call.time.date(action.created)},
                 {"created", call.time.java(action.created)},
                 {"created_date", call.time.date(action.created)}};
  if (action.scheduler) members.emplace("scheduler_user", *action.scheduler);
  if (entry.picked_up) {
    members.emplace("pickup_time", call.time.java(*entry.picked_up));
    members.emplace("pickup_date", call.time.date(*entry.picked_up));
  }
  if (entry.completed) {
    members.emplace("completion_time", call.time.java(*entry.completed));
    members.emplace("completed_date", call.time.date(*entry.completed));
  }
  if (entry.message) members.emplace("result_msg", *entry.message);
  if (action.type == ActionType::PatchUpdate) {
    Array info;
    for (const int id : action.errata) info.push_back(Struct{{"detail", call.world().errata().find(id)->spec.advisory}, {"result", ""}});
    members.emplace("additional_info", info);
  }
  return members;
}

Answer list_events(Call& call, std::int64_t sid, const std::string* type, std::optional<Time> earliest) {
  if (call.world().host(sid) == nullptr) return no_such_system(sid);
  Array events;
  const auto& all = call.actions().all();
  for (auto action = all.rbegin(); action != all.rend(); ++action) {
    const auto* entry = action->on(sid);
    if (entry == nullptr || (type != nullptr && display_name(action->type) != *type) || (earliest && action->created < *earliest)) continue;
    events.push_back(system_event(call, *action, *entry));
  }
  return Value(events);
}

Answer list_system_events(Call& call, const Array& params) { return list_events(call, int_at(params, 0), nullptr, std::nullopt); }
Answer list_system_events_of_type(Call& call, const Array& params) {
  return list_events(call, int_at(params, 0), &text_at(params, 1), std::nullopt);
}
Answer list_system_events_since(Call& call, const Array& params) {
  const auto since = date_at(call, params, 1);
  return since ? list_events(call, int_at(params, 0), nullptr, since) : Answer(bad_date());
}
Answer list_system_events_of_type_since(Call& call, const Array& params) {
  const auto since = date_at(call, params, 2);
  return since ? list_events(call, int_at(params, 0), &text_at(params, 1), since) : Answer(bad_date());
}

std::string status_word(ActionStatus status) {
  switch (status) {
    case ActionStatus::Queued: return "Queued";
    case ActionStatus::PickedUp: return "Picked Up";
    case ActionStatus::Completed: return "Completed";
    case ActionStatus::Failed: return "Failed";
  }
  return {};
}

enum class HistoryForm { Legacy, Full };

// Newest first; queued actions do not show here, unlike in listSystemEvents.
Answer history(Call& call, std::int64_t sid, std::optional<Time> earliest, std::int64_t offset, std::int64_t limit, HistoryForm form) {
  if (call.world().host(sid) == nullptr) return no_such_system(sid);
  Array events;
  const auto& all = call.actions().all();
  for (auto action = all.rbegin(); action != all.rend(); ++action) {
    const auto* entry = action->on(sid);
    if (entry == nullptr || entry->status == ActionStatus::Queued || (earliest && action->created < *earliest)) continue;
    if (offset-- > 0) continue;
    if (limit-- == 0) break;
    Struct members{{"summary", action->name + " scheduled by " + action->scheduler.value_or("(unknown)")}};
    if (entry->completed) members.emplace("completed", call.time.date(*entry->completed));
    if (form == HistoryForm::Legacy) {
      members.emplace("details", entry->message.value_or(""));
    } else {
      members.emplace("id", action->id);
      members.emplace("history_type", display_name(action->type));
      members.emplace("status", status_word(entry->status));
    }
    events.push_back(std::move(members));
  }
  return Value(events);
}

Answer event_history(Call& call, const Array& params) { return history(call, int_at(params, 0), std::nullopt, 0, -1, HistoryForm::Legacy); }
Answer event_history_since(Call& call, const Array& params) {
  const auto since = date_at(call, params, 1);
  return since ? history(call, int_at(params, 0), since, 0, -1, HistoryForm::Full) : Answer(bad_date());
}
Answer event_history_page(Call& call, const Array& params) {
  return history(call, int_at(params, 0), std::nullopt, int_at(params, 1), int_at(params, 2), HistoryForm::Full);
}
Answer event_history_page_since(Call& call, const Array& params) {
  const auto since = date_at(call, params, 1);
  return since ? history(call, int_at(params, 0), since, int_at(params, 2), int_at(params, 3), HistoryForm::Full) : Answer(bad_date());
}

// With a boolean but no date the boolean is allowModules, which changes nothing without modular channels.
constexpr Method kMethods[] = {
    {"system.scheduleApplyErrata", "iI", apply_now},
    {"system.scheduleApplyErrata", "iIb", apply_now},
    {"system.scheduleApplyErrata", "iId", apply_at},
    {"system.scheduleApplyErrata", "iIdb", apply_at},
    {"system.scheduleApplyErrata", "II", apply_now},
    {"system.scheduleApplyErrata", "IIb", apply_now},
    {"system.scheduleApplyErrata", "IId", apply_at},
    {"system.scheduleApplyErrata", "IIdb", apply_at},
    {"system.scheduleApplyErrata", "IIdbb", apply_at},
    {"system.scheduleApplyErrata", "IIdbbb", apply_at},
    {"system.scheduleReboot", "id", schedule_reboot},
    {"system.schedulePackageRefresh", "id", schedule_package_refresh},
    {"system.scheduleScriptRun", "issisd", schedule_script_run},
    {"system.scheduleScriptRun", "Issisd", schedule_script_run},
    {"system.scheduleScriptRun", "sissisd", schedule_labelled_script_run},
    {"system.scheduleScriptRun", "sIssisd", schedule_labelled_script_run},
    {"system.getScriptResults", "i", get_script_results},
    {"system.getScriptActionDetails", "i", get_script_action_details},
    {"system.listSystemEvents", "i", list_system_events},
    {"system.listSystemEvents", "is", list_system_events_of_type},
    {"system.listSystemEvents", "id", list_system_events_since},
    {"system.listSystemEvents", "isd", list_system_events_of_type_since},
    {"system.getEventHistory", "i", event_history},
    {"system.getEventHistory", "id", event_history_since},
    {"system.getEventHistory", "iii", event_history_page},
    {"system.getEventHistory", "idii", event_history_page_since},
};

}  // namespace

std::span<const Method> system_scheduling_methods() { return kMethods; }

}  // namespace spm::sandbox::uyuni
