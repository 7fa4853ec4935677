#pragma once
// Removes what has reached its age by the policies in force. Called by a periodic job, on its thread; touches PostgreSQL alone.

#include <stop_token>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::retention {

struct Removed {
  std::int64_t evidence = 0;  // of so many test runs
  std::int64_t events = 0;
  std::int64_t sync_runs = 0;
};

// Until nothing of that age is left, or a stop is asked for: a batch is a short transaction.
Removed remove_old(db::Pool& pool, Time now, const std::stop_token& stop = {});

[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock);

}  // namespace spm::retention
