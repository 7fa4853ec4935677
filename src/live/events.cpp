#include "live/events.hpp"

#include <optional>
#include <set>

#include "access/scope.hpp"
#include "live/live_sql.hpp"
#include "systems/systems.hpp"

namespace spm::live {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr std::string_view kConfiguration = "config";

template <class Id>
json::value id_or_null(const std::optional<Id>& id) {
  return id ? json::value(id->value) : json::value(nullptr);
}

std::optional<std::int64_t> system_named_by(const outbox::Event& event) {
  const auto* named = event.payload.if_contains("system_id");
  return named != nullptr && named->is_int64() ? std::optional(named->as_int64()) : std::nullopt;
}

std::set<std::int64_t> in_sight(db::Tx& tx, const db::Statement& statement, const Ids& ids, const json::object& scope) {
  std::set<std::int64_t> seen;
  if (ids.empty()) return seen;
  for (const auto row : tx.execute(statement, {ids, scope})) seen.insert(row.integer("id"));
  return seen;
}

// As the test, the item and the system itself are seen, in this order: a test may run on a system that its item's owners do not see.
void leave_out_unseen(db::Tx& tx, const access::Scope& scope, std::vector<outbox::Event>& events) {
  Ids tests;
  Ids items;
  Ids systems;
  for (const auto& event : events) {
    if (event.test_id) {
      tests.push_back(event.test_id->value);
    } else if (event.queue_id) {
      items.push_back(event.queue_id->value);
    } else if (const auto system = system_named_by(event)) {
      systems.push_back(*system);
    }
  }
  const auto filter = access::to_json(scope);
  const auto seen_tests = in_sight(tx, sql::tests_in_sight, tests, filter);
  const auto seen_items = in_sight(tx, sql::items_in_sight, items, filter);
  const auto seen_systems = systems::visible(tx, scope, systems);
  std::erase_if(events, [&](const outbox::Event& event) {
    if (event.test_id) return !seen_tests.contains(event.test_id->value);
    if (event.queue_id) return !seen_items.contains(event.queue_id->value);
    const auto system = system_named_by(event);
    return system && !seen_systems.contains(*system);
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

std::vector<outbox::Event> seen_by(db::Tx& tx, const access::Principal& principal, std::vector<outbox::Event> events) {
  if (!access::may(principal, access::Permission::ReadConfiguration))
    std::erase_if(events, [](const outbox::Event& event) { return event.topic == kConfiguration; });
  if (!principal.scope.is_everything() && !events.empty()) leave_out_unseen(tx, principal.scope, events);
  return events;
}

}  // namespace spm::live
