#include "integrations/uyuni/events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "integrations/uyuni/fields.hpp"

namespace spm::uyuni {
namespace {

constexpr const char* kMethod = "system.listSystemEvents";
constexpr std::chrono::minutes kClockTolerance{1};
// Actions that are looked at for having been picked up are never older.
constexpr std::chrono::hours kRecent{7 * 24};

Result<SystemEvent> parse_event(const xmlrpc::Value& entry, const ServerTimeZone& zone) {
  const xmlrpc::Struct* members = entry.structure();
  if (members == nullptr) return bad_answer(kMethod, "an event is not a struct");
  const auto id = integer_of(*members, "id");
  const auto* created = date_of(*members, "created_date");
  if (!id || *id <= 0 || created == nullptr) return bad_answer(kMethod, "an event has no id or no created_date");
  const auto instant = zone.to_utc(*created, Ambiguous::Later);
  if (!instant) return bad_answer(kMethod, instant.error().message);
  SystemEvent event{ActionId{*id}, text_of(*members, "name"), text_of(*members, "scheduler_user"), *instant, false, {}};
  event.picked_up = date_of(*members, "pickup_date") != nullptr || !text_of(*members, "pickup_time").empty();
  if (const auto* details = array_of(*members, "additional_info")) {
    for (const xmlrpc::Value& detail : *details) {
      if (const auto* fields = detail.structure()) event.details.push_back(text_of(*fields, "detail", 4096));
    }
  }
  return event;
}

}  // namespace

Result<std::vector<SystemEvent>> parse_events(const xmlrpc::Value& answer, const ServerTimeZone& zone) {
  const auto list = as_list(answer, kMethod);
  if (!list) return tl::unexpected<Error>(list.error());
  std::vector<SystemEvent> events;
  for (const xmlrpc::Value& entry : **list) {
    auto event = parse_event(entry, zone);
    if (!event) return tl::unexpected<Error>(event.error());
    events.push_back(std::move(*event));
  }
  return events;
}

Result<std::vector<SystemEvent>> own_events(UyuniClient& client, SystemId system, const char* type, Time since) {
  const auto answer = client.call(kMethod, {system.value, type}, net::Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  auto events = parse_events(*answer, client.options().zone);
  if (!events) return events;
  // Seconds are all that UYUNI says of a time.
  const Time from = std::chrono::floor<std::chrono::seconds>(since) - kClockTolerance;
  std::erase_if(*events, [&](const SystemEvent& event) { return event.scheduler != client.options().user || event.created < from; });
  std::sort(events->begin(), events->end(), [](const SystemEvent& a, const SystemEvent& b) { return a.id > b.id; });
  return events;
}

Result<bool> is_picked_up(UyuniClient& client, SystemId system, ActionId action) {
  const auto since = client.options().zone.to_local(client.clock().now() - kRecent);
  const auto answer = client.call(kMethod, {system.value, since}, net::Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto events = parse_events(*answer, client.options().zone);
  if (!events) return tl::unexpected<Error>(events.error());
  const auto found = std::find_if(events->begin(), events->end(), [&](const SystemEvent& event) { return event.id == action; });
  return found == events->end() || found->picked_up;
}

}  // namespace spm::uyuni
