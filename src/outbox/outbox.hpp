#pragma once
// Events: what happened, in order, for whoever listens (slices to the right, live pages, notifications). Published in the transaction of
// the change; readers keep the id of the last event that they have dealt with.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::outbox {

struct Event {
  std::string topic;  // queue, test, approval, sync, cves, system, config, notification
  std::optional<QueueId> queue_id;
  std::optional<TestId> test_id;
  json::object payload;  // {"type": "queue.advanced", …}
  Time at;
  std::int64_t id = 0;  // set when read
};

// Answers the event's id. Slices publish through notifications, which adds what people should be told.
std::int64_t publish(db::Tx& tx, const Event& event);

// Events after `id` of these topics (all when empty), oldest first, at most `limit`. Never passes over an event that another
// transaction is still to commit: a reader that goes on from the last id it got misses nothing. Not in a transaction that published.
[[nodiscard]] std::vector<Event> read_after(db::Tx& tx, std::int64_t id, const std::vector<std::string>& topics, int limit);

// The newest `limit` events of these topics (all when empty), oldest first.
[[nodiscard]] std::vector<Event> newest(db::Tx& tx, const std::vector<std::string>& topics, int limit);

// The id from which a reader goes on who wants only what happens from now on.
[[nodiscard]] std::int64_t position(db::Tx& tx);

// As read_after, of one test.
[[nodiscard]] std::vector<Event> of_test_after(db::Tx& tx, TestId test, std::int64_t id, int limit);

// The events of one test, oldest first, the newest `limit` of them.
[[nodiscard]] std::vector<Event> of_test(db::Tx& tx, TestId test, int limit);

}  // namespace spm::outbox
