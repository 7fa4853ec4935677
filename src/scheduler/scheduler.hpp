#pragma once
// Periodic work without a leader: each job is a row, and whichever orchestrator is alive claims it when it is due. Wired by app/.
//
// A due time is run once among all orchestrators. A claim is renewed while the job runs and runs out 12 s after its holder died; then
// another one runs the job again. A job that throws is recorded as failed and is due again after its interval.
// start() and stop() belong to one thread; trigger() may be called from any.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
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
  std::chrono::milliseconds claim_for{12'000};  // by the injected clock; with look_every less than the 15 s that a job may stand still
  std::chrono::milliseconds look_every{500};    // by the steady clock
};

// Makes the job due now, in the caller's transaction. A job that is running runs once more afterwards. False: there is no such job.
bool trigger(db::Tx& tx, const std::string& name, Time now);

// Every job that some orchestrator has registered, by name.
struct Job {
  std::string name;
  std::chrono::milliseconds interval{0};
  Time next_run_at;
  std::optional<std::string> claimed_by;  // who runs it now
  std::optional<Time> claimed_until;
  std::optional<Time> last_started_at;
  std::optional<Time> last_finished_at;
  std::optional<std::string> last_result;  // succeeded | failed
  std::optional<std::string> last_error;
};
[[nodiscard]] std::vector<Job> jobs(db::Tx& tx);

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
  // A job may have become due: looks at once. From any thread.
  void wake();

 private:
  class Runner;
  std::unique_ptr<Runner> runner_;
};

}  // namespace spm::scheduler
