#include "retention/retention.hpp"

#include <fmt/format.h>

#include "audit/audit.hpp"
#include "configuration/configuration.hpp"
#include "log/log.hpp"
#include "retention/retention_sql.hpp"

namespace spm::retention {
namespace {

constexpr std::int64_t kRunsAtOnce = 100;  // each has dozens of operations
constexpr std::int64_t kRowsAtOnce = 5'000;

struct Batch {
  std::int64_t removed = 0;
  json::object facts = {};  // for the audit row
};

// One kind of what ages.
struct Kind {
  std::string_view name;
  int days = 0;
  std::int64_t at_once = 0;
  Batch (*remove)(db::Tx& tx, Time older_than, std::int64_t at_once, Time now) = nullptr;
};

Batch remove_evidence(db::Tx& tx, Time older_than, std::int64_t at_once, Time now) {
  std::vector<std::int64_t> runs;
  for (const auto row : tx.execute(sql::runs_with_old_evidence, {older_than, at_once})) runs.push_back(row.integer("id"));
  if (runs.empty()) return {};
  (void)tx.execute(sql::remove_evidence, {runs});
  (void)tx.execute(sql::remove_operations, {runs});
  (void)tx.execute(sql::mark_evidence_removed, {runs, now});
  return {static_cast<std::int64_t>(runs.size()), {{"tests", json::array(runs.begin(), runs.end())}}};
}

Batch remove_events(db::Tx& tx, Time older_than, std::int64_t at_once, Time) {
  return {tx.execute(sql::remove_events, {older_than, at_once}).affected()};
}

Batch remove_sync_runs(db::Tx& tx, Time older_than, std::int64_t at_once, Time) {
  return {tx.execute(sql::remove_sync_runs, {older_than, at_once}).affected()};
}

void record(db::Tx& tx, const Kind& kind, Time older_than, Batch batch, Time now) {
  batch.facts["removed"] = batch.removed;
  batch.facts["older_than"] = format_time(older_than);
  audit::append(tx, {.actor = "scheduler",
                     .from_address = {},
                     .action = "retention.remove",
                     .subject_type = "retention",
                     .subject_id = std::string(kind.name),
                     .before = nullptr,
                     .after = std::move(batch.facts),
                     .reason = fmt::format("older than {} days", kind.days),
                     .at = now});
}

std::int64_t remove_all(db::Pool& pool, const Kind& kind, Time now, const std::stop_token& stop) {
  const Time older_than = now - std::chrono::hours(24) * kind.days;
  std::int64_t total = 0;
  for (std::int64_t removed = kind.at_once; removed == kind.at_once && !stop.stop_requested(); total += removed) {
    db::Tx tx(pool);
    auto batch = kind.remove(tx, older_than, kind.at_once, now);
    removed = batch.removed;
    if (removed > 0) record(tx, kind, older_than, std::move(batch), now);
    tx.commit();
  }
  if (total > 0) log::info("retention", "removed what has reached its age", {{"kind", kind.name}, {"removed", total}, {"days", kind.days}});
  return total;
}

configuration::Retention policies(db::Pool& pool) {
  db::Tx tx(pool);
  return configuration::current(tx).retention;
}

}  // namespace

Removed remove_old(db::Pool& pool, Time now, const std::stop_token& stop) {
  const auto policy = policies(pool);
  return {.evidence = remove_all(pool, {"evidence", policy.evidence_days, kRunsAtOnce, remove_evidence}, now, stop),
          .events = remove_all(pool, {"events", policy.events_days, kRowsAtOnce, remove_events}, now, stop),
          .sync_runs = remove_all(pool, {"sync_runs", policy.sync_runs_days, kRowsAtOnce, remove_sync_runs}, now, stop)};
}

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock) {
  return {
      {"retention", std::chrono::hours(1), [&pool, &clock](const std::stop_token& stop) { (void)remove_old(pool, clock.now(), stop); }}};
}

}  // namespace spm::retention
