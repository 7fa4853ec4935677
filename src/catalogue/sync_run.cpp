#include "catalogue/sync_run.hpp"

#include <chrono>

#include "catalogue/catalogue.hpp"
#include "catalogue/catalogue_sql.hpp"
#include "catalogue/rules.hpp"
#include "log/log.hpp"
#include "notifications/notifications.hpp"

namespace spm::catalogue {
namespace {

// An open run that is younger was asked for and waits for a worker, or its process has just died: this sync completes it. An older one
// is closed as failed, and this sync gets a row of its own.
constexpr std::chrono::minutes kAdoptWithin{10};

// Holds the session that holds the lock: the lock ends with it, whatever happens to the process.
class SourceLock {
 public:
  SourceLock(db::Pool& pool, Source source) : session_(pool.acquire()), source_(to_string(source)) {
    is_ours_ = session_->execute(sql::try_lock_sync, {source_})[0].boolean("is_ours");
  }
  ~SourceLock() {
    if (!is_ours_) return;
    try {
      session_->execute(sql::unlock_sync, {source_});
    } catch (const std::exception&) {
      // The session is gone, and the lock with it.
    }
  }
  SourceLock(const SourceLock&) = delete;
  SourceLock& operator=(const SourceLock&) = delete;
  [[nodiscard]] bool is_ours() const { return is_ours_; }

 private:
  db::Pool::Lease session_;
  std::string source_;
  bool is_ours_ = false;
};

void finish_run(db::Tx& tx, const SyncRun& run, const SyncReport& report, const std::optional<std::string>& error, Time now) {
  const auto rows = tx.execute(sql::finish_run, {run.id, error, now, report.inserted, report.updated, report.withdrawn, report.skipped});
  if (rows.affected() == 0) return;
  json::object payload{{"type", "sync.finished"},         {"run_id", run.id},
                       {"source", to_string(run.source)}, {"status", error ? "failed" : "succeeded"},
                       {"inserted", report.inserted},     {"updated", report.updated},
                       {"withdrawn", report.withdrawn},   {"skipped", report.skipped}};
  if (error) payload["reason"] = *error;
  notifications::publish(tx, {.topic = "sync", .queue_id = {}, .test_id = {}, .payload = std::move(payload), .at = now});
}

SyncRun take_run(db::Pool& pool, Source source, const std::string& requested_by, Time now) {
  db::Tx tx(pool);
  auto opened = open_run(tx, source, requested_by, now);
  if (!opened.is_new && now - opened.run.started_at > kAdoptWithin) {
    finish_run(tx, opened.run, opened.run.report, "the process that ran this sync ended before it was done; the next run does it again",
               now);
    opened = open_run(tx, source, requested_by, now);
  }
  tx.commit();
  return opened.run;
}

void record_end(db::Pool& pool, const Clock& clock, const SyncRun& run, const SyncReport& report, const std::optional<std::string>& error) {
  db::Tx tx(pool);
  finish_run(tx, run, report, error, clock.now());
  tx.commit();
  const auto seconds = std::chrono::duration<double>(clock.now() - run.started_at).count();
  log::write(error ? log::Level::Error : log::Level::Info, "catalogue", error ? "sync failed: " + *error : "sync done",
             {{"source", to_string(run.source)},
              {"run_id", run.id},
              {"inserted", report.inserted},
              {"updated", report.updated},
              {"withdrawn", report.withdrawn},
              {"skipped", report.skipped},
              {"seconds", seconds}});
}

}  // namespace

SyncRun sync_run_of(const db::Row& row) {
  return {row.integer("id"),
          parse_source(row.text("source")).value(),
          row.text("status"),
          row.text("requested_by"),
          row.time("started_at"),
          row.time_or_null("finished_at"),
          {row.integer("inserted"), row.integer("updated"), row.integer("withdrawn"), row.integer("skipped")},
          row.text_or_null("error")};
}

// ON CONFLICT DO NOTHING waits for a competing insert; if that run ended in between, there is none to answer: then ours goes in.
OpenedRun open_run(db::Tx& tx, Source source, const std::string& requested_by, Time now) {
  const auto name = to_string(source);
  while (true) {
    const auto inserted = tx.execute(sql::open_run, {name, requested_by, now});
    if (!inserted.empty()) return {sync_run_of(inserted[0]), true};
    const auto running = tx.execute(sql::running_run, {name});
    if (!running.empty()) return {sync_run_of(running[0]), false};
  }
}

std::string job_name(Source source) { return "sync_" + std::string(to_string(source)); }

Result<SyncReport> run_recorded(db::Pool& pool, const Clock& clock, Source source, const std::string& requested_by,
                                const std::function<Result<void>(SyncReport&)>& work) {
  const SourceLock lock(pool, source);
  if (!lock.is_ours()) {
    return fail(ErrorCode::Conflict, "a sync of " + std::string(to_string(source)) + " is running in another process; nothing was started");
  }
  const auto run = take_run(pool, source, requested_by, clock.now());
  SyncReport report;
  try {
    const auto outcome = work(report);
    record_end(pool, clock, run, report, outcome ? std::nullopt : std::optional<std::string>(outcome.error().message));
    if (!outcome) return tl::unexpected(outcome.error());
    return report;
  } catch (const db::DatabaseError& error) {
    // With the connection lost the row stays open: whoever syncs next completes or closes it.
    if (!error.is_connection_lost()) record_end(pool, clock, run, report, "the database refused: " + std::string(error.what()));
    throw;
  }
}

std::vector<SourceState> source_states(db::Tx& tx) {
  std::vector<SourceState> states;
  for (const auto row : tx.execute(
           sql::sync_status, {std::vector<std::string>{std::string(to_string(Source::Uyuni)), std::string(to_string(Source::SpmSync))}})) {
    states.push_back({*parse_source(row.text("source")), row.time_or_null("last_success"), row.text_or_null("error")});
  }
  return states;
}

}  // namespace spm::catalogue
