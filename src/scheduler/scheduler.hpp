#pragma once
// Periodic work without a leader: each job is a row, and whichever orchestrator is alive claims it when it is due. Wired by app/.
//
// A due time is run once among all orchestrators. A claim is renewed while the job runs and runs out 15 s after its holder died; then
// another one runs the job again. A job that throws is recorded as failed and is due again after its interval.
// start() and stop() belong to one thread; trigger() may be called from any.

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::scheduler {

struct Task {
  std::string name;  // "uyuni_sync": key of periodic_jobs
  std::chrono::milliseconds interval;
  std::function<void(std::stop_token)> run;  // on a thread of its own; returns soon after a stop was asked for
};

struct Options {
  std::string node;                             // who claims: unique among the orchestrators of one database
  std::chrono::milliseconds claim_for{15'000};  // by the injected clock
  std::chrono::milliseconds look_every{500};    // by the steady clock
};

// Makes the job due now, in the caller's transaction. A job that is running runs once more afterwards. False: there is no such job.
bool trigger(db::Tx& tx, const std::string& name, Time now);

class Scheduler {
 public:
  Scheduler(db::Pool& pool, const Clock& clock, Options options, std::vector<Task> tasks);
  ~Scheduler();  // stops
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void start();
  // Asks running jobs to stop, waits for them, and gives their claims back, so that another orchestrator goes on at once.
  void stop();
  // As above in a transaction of its own, and this orchestrator looks at once.
  bool trigger(const std::string& name);

 private:
  class Runner;
  std::unique_ptr<Runner> runner_;
};

}  // namespace spm::scheduler
