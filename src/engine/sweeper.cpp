#include "engine/sweeper.hpp"

#include "engine/engine_sql.hpp"
#include "log/log.hpp"
#include "queue/lifecycle.hpp"

namespace spm::engine {
namespace {

constexpr std::chrono::minutes kPatience{5};  // no transaction that moves an item lasts nearly as long

}  // namespace

int sweep_orphans(db::Pool& pool, const Clock& clock) {
  const auto now = clock.now();
  db::Tx tx(pool);
  int swept = 0;
  for (const db::Row row : tx.execute(sql::orphaned_items, {now - kPatience})) {
    const QueueId item{row.integer("id")};
    const auto moved =
        queue::advance(tx, {.item = item,
                            .from = queue::parse_status(row.text("status")).value(),
                            .to = queue::Status::Failed,
                            .actor = "engine",
                            .from_address = "",
                            .reason = "no test run works on it",
                            .at = now,
                            .failure = queue::Failure{"pre_check", queue::FailureClass::Infra,
                                                      "the item was in test, but no test run works on it or is still to start; "
                                                      "look at its last run and its system, then queue it again"}});
    if (!moved) continue;
    ++swept;
    log::error("engine", "an item in test had no test run; it failed", {{"queue_id", item}, {"errata_id", row.text("advisory_name")}});
  }
  tx.commit();
  return swept;
}

}  // namespace spm::engine
