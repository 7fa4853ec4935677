#pragma once
// The test engine: takes a queued erratum through all phases of a test on a real system, and puts the system back when anything goes wrong.
// This is all that other slices and the app may use. How it works: README.md.

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "engine/settings.hpp"
#include "engine/start.hpp"
#include "engine/worker.hpp"
#include "http/endpoint.hpp"
#include "ports/commands.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::engine {

// What a list of decisions shows of a finished test.
struct TestSummary {
  TestId id;
  QueueId item;
  std::string result;  // passed | failed | error | aborted
  Time started_at;
  Time completed_at;
  std::optional<double> cpu_delta;     // percentage points; nullopt: not measured
  std::optional<double> memory_delta;  // likewise
  bool services_ok = false;
  bool required_reboot = false;
};

// The passed test that a decision about this item rests on: its newest one.
[[nodiscard]] std::optional<TestSummary> latest_passed(db::Tx& tx, QueueId item);
// The same for many items at once, by the number of the item; one without a passed test is absent.
[[nodiscard]] std::map<std::int64_t, TestSummary> latest_passed(db::Tx& tx, const std::vector<std::int64_t>& items);

// A run whose step is being taken right now, and by whom.
struct HeldRun {
  TestId test;
  std::string phase;
  std::string owner;
  Time until;
  std::int64_t fence = 0;
};
[[nodiscard]] std::vector<HeldRun> held_runs(db::Tx& tx);

// The body of GET /test/{id}/result. NotFound; TestNotComplete while it runs.
[[nodiscard]] Result<json::object> result_json(db::Tx& tx, TestId test);
// The body of GET /test/{id}. NotFound.
[[nodiscard]] Result<json::object> status_json(db::Tx& tx, TestId test, Time now);

// Starts queued items that need nobody's word (retries) as test systems become free.
[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, const Settings& settings);

// Deletes snapshots whose time has come, over `commands`, which must outlive the task.
[[nodiscard]] std::vector<scheduler::Task> snapshot_tasks(db::Pool& pool, const Clock& clock, const Settings& settings,
                                                          ports::Commands& commands);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Settings& settings);

}  // namespace spm::engine
