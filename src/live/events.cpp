#include "live/events.hpp"

#include <map>
#include <optional>
#include <set>

#include "base/json_write.hpp"
#include "live/live_sql.hpp"
#include "notifications/notifications.hpp"
#include "systems/systems.hpp"

namespace spm::live {
namespace {

template <class Id>
json::value id_or_null(const std::optional<Id>& id) {
  return id ? json::value(id->value) : json::value(nullptr);
}

std::map<std::int64_t, std::int64_t> systems_of_tests(db::Tx& tx, const std::vector<outbox::Event>& events) {
  std::vector<std::int64_t> tests;
  for (const auto& event : events) {
    if (event.test_id) tests.push_back(event.test_id->value);
  }
  std::map<std::int64_t, std::int64_t> systems;
  if (tests.empty()) return systems;
  for (const auto row : tx.execute(sql::systems_of_tests, {tests})) systems[row.integer("id")] = row.integer("system_id");
  return systems;
}

void drop_unseen_notices(db::Tx& tx, const access::Principal& principal, std::vector<outbox::Event>& events) {
  const auto is_notice = [](const outbox::Event& event) {
    const auto* type = event.payload.if_contains("type");
    return event.topic == notifications::kTopic && type != nullptr && *type == json::value(notifications::kRaised);
  };
  std::vector<std::int64_t> notices;
  for (const auto& event : events) {
    if (is_notice(event)) notices.push_back(event.id);
  }
  const auto seen = notifications::visible(tx, principal, notices);
  std::erase_if(events, [&](const outbox::Event& event) { return is_notice(event) && !seen.contains(event.id); });
}

void drop_systems_outside(db::Tx& tx, const access::Scope& scope, std::vector<outbox::Event>& events) {
  const auto of_tests = systems_of_tests(tx, events);
  const auto system_of = [&](const outbox::Event& event) -> std::optional<std::int64_t> {
    if (const auto* named = event.payload.if_contains("system_id"); named != nullptr && named->is_int64()) return named->as_int64();
    const auto found = event.test_id ? of_tests.find(event.test_id->value) : of_tests.end();
    return found == of_tests.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<std::int64_t> systems;
  for (const auto& event : events) {
    if (const auto system = system_of(event)) systems.push_back(*system);
  }
  const auto seen = systems::visible(tx, scope, systems);
  std::erase_if(events, [&](const outbox::Event& event) {
    const auto system = system_of(event);
    return system && !seen.contains(*system);
  });
}

}  // namespace

json::object event_json(const outbox::Event& event) {
  json::object entry = event.payload;
  entry["id"] = event.id;
  entry["at"] = format_time(event.at);
  entry["topic"] = event.topic;
  entry["queue_id"] = id_or_null(event.queue_id);
  entry["test_id"] = id_or_null(event.test_id);
  return entry;
}

std::vector<outbox::Event> within(db::Tx& tx, const access::Principal& principal, std::vector<outbox::Event> events) {
  drop_unseen_notices(tx, principal, events);
  if (!principal.scope.is_everything()) drop_systems_outside(tx, principal.scope, events);
  return events;
}

}  // namespace spm::live
