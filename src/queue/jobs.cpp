// What happens to items by itself: snoozed ones and retries come back, and the queue follows the catalogue and the scores.

#include <stdexcept>

#include "log/log.hpp"
#include "notifications/notifications.hpp"
#include "queue/queue_sql.hpp"
#include "queue/store.hpp"

namespace spm::queue {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

constexpr std::string_view kScheduler = "scheduler";

struct Return {
  const db::Statement& due;
  Status from;
  Status to;
  bool autostart;
  std::string_view reason;
};

std::int64_t bring_back(db::Tx& tx, const Return& what, Time now) {
  std::int64_t moved = 0;
  for (const db::Row row : tx.execute(what.due, {now})) {
    Change change{.item = QueueId{row.integer("id")},
                  .from = what.from,
                  .to = what.to,
                  .actor = std::string(kScheduler),
                  .from_address = "",
                  .reason = std::string(what.reason),
                  .at = now};
    change.autostart = what.autostart;
    const Result<Status> done = advance(tx, change);
    if (!done) throw std::logic_error("a locked item changed under the lock: " + done.error().message);
    ++moved;
  }
  return moved;
}

void follow_catalogue(db::Pool& pool, const scoring::Weights& defaults, Time now) {
  db::Tx tx(pool);
  const std::int64_t rescored = refresh_scores(tx, now);
  const AddReport newer = queue_newer_of_failed(tx, defaults, now);
  const std::vector<SupersededItem> superseded = supersede_covered(tx, now);
  if (rescored > 0)
    notifications::publish(
        tx, {.topic = "queue", .queue_id = {}, .test_id = {}, .payload = {{"type", "queue.rescored"}, {"items", rescored}}, .at = now});
  tx.commit();
  for (const AddedItem& item : newer.added) {
    log::info("queue", "queued the newer version of a failed erratum", {{"queue_id", item.id}, {"errata_id", item.erratum}});
  }
  for (const SupersededItem& item : superseded) {
    log::info("queue", "superseded", {{"queue_id", item.id}, {"errata_id", item.erratum}, {"superseded_by", item.by}});
  }
  if (rescored > 0) log::info("queue", "scores changed, the order follows", {{"items", rescored}});
}

template <class Move>
auto in_transaction(db::Pool& pool, const Clock& clock, Move move) {
  return [&pool, &clock, move](const std::stop_token&) {
    db::Tx tx(pool);
    move(tx, clock.now());
    tx.commit();
  };
}

}  // namespace

std::int64_t refresh_scores(db::Tx& tx, Time now) { return tx.execute(sql::refresh_scores, {now}).affected(); }

std::int64_t return_snoozed(db::Tx& tx, Time now) {
  return bring_back(tx, {sql::lock_returning_snoozed, Status::Snoozed, Status::PendingApproval, false, "the snooze has ended"}, now);
}

std::int64_t return_retries(db::Tx& tx, Time now) {
  return bring_back(tx, {sql::lock_returning_retries, Status::RetryPending, Status::Queued, true, "the wait before the retry has ended"},
                    now);
}

void fold_tally(db::Tx& tx, Time) { (void)tx.execute(sql::fold_tally); }

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults) {
  return {
      {"queue_snooze_return", 15s, in_transaction(pool, clock, return_snoozed)},
      {"queue_retry_return", 5s, in_transaction(pool, clock, return_retries)},
      {"queue_fold_tally", 5min, in_transaction(pool, clock, fold_tally)},
      {"queue_follow_catalogue", 20s, [&pool, &clock, defaults](const std::stop_token&) { follow_catalogue(pool, defaults, clock.now()); }},
  };
}

}  // namespace spm::queue
