#pragma once
// Many queue items under one order, tested as test systems become free. Everything is in rows (test_batches, test_batch_items), so a
// batch survives restarts and any orchestrator goes on with it.
//
// create, show and cancel are called by the API, in the caller's transaction; continue_batches by the dispatcher, in transactions of its
// own. A batch's items stay queue items: who starts, deletes or supersedes one of them takes it out of the batch, which says so.

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "db/db.hpp"
#include "engine/settings.hpp"
#include "http/page.hpp"
#include "queue/queue.hpp"

namespace spm::engine {

using BatchId = Id<struct BatchTag>;  // test_batches.id

struct BatchOrder {
  std::vector<QueueId> items;            // these, or
  std::optional<std::string> target_os;  // the first queued ones of this OS,
  std::int64_t limit = 50;               // at most so many
  json::object test_config;
  bool stop_on_failure = false;  // one failed item ends the batch; what runs goes on
  bool bisect = false;           // all items in one run, and halves of those that fail until the culprits are alone
};

// The body of POST /tests/batch. ValidationError (configuration, neither items nor target_os), NotFound (an item), InvalidTransition (an
// item is not queued), Conflict (an item is in another batch), NoItemsInQueue.
[[nodiscard]] Result<json::object> create_batch(db::Tx& tx, const Settings& settings, const BatchOrder& order, const queue::Acting& acting);

// The body of GET /tests/batch/{id}/status. NotFound.
[[nodiscard]] Result<json::object> batch_json(db::Tx& tx, BatchId batch);

// The body of GET /tests/batch: all batches without their items, newest first. ValidationError (a cursor of another list).
[[nodiscard]] Result<json::object> batches_json(db::Tx& tx, const http::Page& page, const std::optional<json::object>& scope);

struct BatchCancellation {
  BatchId batch;
  std::string reason;
  bool abort_running = false;
};
// Items that have not started are free again; running ones go on, or are aborted. NotFound; Conflict when the batch has ended.
[[nodiscard]] Result<json::object> cancel_batch(db::Tx& tx, const BatchCancellation& order, const queue::Acting& acting);

// Follows what became of started items, starts what can start, and ends batches that are through.
void continue_batches(db::Pool& pool, const Clock& clock, const Settings& settings);

}  // namespace spm::engine
