#pragma once
// The rows of sync_runs, and the lock that lets one sync of a source run at a time. Used by the syncs and by the endpoints.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/types.hpp"
#include "db/db.hpp"

namespace spm::catalogue {

struct SyncRun {
  std::int64_t id = 0;
  Source source = Source::Uyuni;
  std::string status;  // running, succeeded, failed
  std::string requested_by;
  Time started_at;
  std::optional<Time> finished_at;
  SyncReport report;
  std::optional<std::string> error;
};
[[nodiscard]] SyncRun sync_run_of(const db::Row& row);

struct OpenedRun {
  SyncRun run;
  bool is_new = false;  // false: one was open already, and this is it
};
[[nodiscard]] OpenedRun open_run(db::Tx& tx, Source source, const std::string& requested_by, Time now);

// The job of the scheduler that syncs a source: "sync_uyuni".
[[nodiscard]] std::string job_name(Source source);

// Does the work under the lock of its source and records it: how it ended, its counts, one event. Conflict when another process syncs this
// source. An exception of the work is recorded as a failure and passed on.
[[nodiscard]] Result<SyncReport> run_recorded(db::Pool& pool, const Clock& clock, Source source, const std::string& requested_by,
                                              const std::function<Result<void>(SyncReport&)>& work);

}  // namespace spm::catalogue
