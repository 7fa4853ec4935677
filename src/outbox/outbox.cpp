#include "outbox/outbox.hpp"

#include <algorithm>

#include "outbox/outbox_sql.hpp"

namespace spm::outbox {
namespace {

Event read(const db::Row& row) {
  Event event;
  event.id = row.integer("id");
  event.topic = row.text("topic");
  if (const auto id = row.integer_or_null("queue_id")) event.queue_id = QueueId{*id};
  if (const auto id = row.integer_or_null("test_id")) event.test_id = TestId{*id};
  event.payload = row.json_value("payload").as_object();
  event.at = row.time("created_at");
  return event;
}

std::vector<Event> read_all(const db::Rows& rows) {
  std::vector<Event> events;
  events.reserve(rows.size());
  for (const auto row : rows) events.push_back(read(row));
  return events;
}

// The last id below which nothing can appear any more.
std::int64_t safe_horizon(db::Tx& tx) {
  const auto given = tx.execute(sql::last_id_given)[0].integer("id");
  const auto lowest = tx.execute(sql::lowest_publisher)[0].integer_or_null("id");
  return lowest ? std::min(given, *lowest) : given;
}

}  // namespace

std::int64_t publish(db::Tx& tx, const Event& event) {
  tx.execute(sql::mark_publisher);
  return tx.execute(sql::publish, {event.topic, event.queue_id, event.test_id, event.payload, event.at})[0].integer("id");
}

std::vector<Event> read_after(db::Tx& tx, std::int64_t id, const std::vector<std::string>& topics, int limit) {
  const auto horizon = safe_horizon(tx);
  return read_all(tx.execute(sql::read_after, {id, horizon, topics, limit}));
}

std::vector<Event> newest(db::Tx& tx, const std::vector<std::string>& topics, int limit) {
  const auto horizon = safe_horizon(tx);
  return read_all(tx.execute(sql::newest, {horizon, topics, limit}));
}

std::int64_t position(db::Tx& tx) { return safe_horizon(tx); }

std::vector<Event> of_test_after(db::Tx& tx, TestId test, std::int64_t id, int limit) {
  const auto horizon = safe_horizon(tx);
  return read_all(tx.execute(sql::of_test_after, {test, id, horizon, limit}));
}

std::vector<Event> of_test(db::Tx& tx, TestId test, int limit) { return read_all(tx.execute(sql::of_test, {test, limit})); }

}  // namespace spm::outbox
