#include "scheduler/scheduler.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "log/log.hpp"
#include "scheduler/claims.hpp"
#include "scheduler/scheduler_sql.hpp"

namespace spm::scheduler {

bool trigger(db::Tx& tx, const std::string& name, Time now) { return tx.execute(sql::trigger, {name, now}).affected() > 0; }

std::vector<Job> jobs(db::Tx& tx) {
  std::vector<Job> all;
  for (const db::Row row : tx.execute(sql::jobs)) {
    all.push_back({.name = row.text("name"),
                   .interval = std::chrono::milliseconds(static_cast<std::int64_t>(row.real("interval_seconds") * 1000)),
                   .next_run_at = row.time("next_run_at"),
                   .claimed_by = row.text_or_null("claimed_by"),
                   .claimed_until = row.time_or_null("claimed_until"),
                   .last_started_at = row.time_or_null("last_started_at"),
                   .last_finished_at = row.time_or_null("last_finished_at"),
                   .last_result = row.text_or_null("last_result"),
                   .last_error = row.text_or_null("last_error")});
  }
  return all;
}

// One thread looks for due jobs and renews claims; each job has a thread of its own, so that a slow one delays no other.
class Scheduler::Runner {
 public:
  Runner(db::Pool& pool, const Clock& clock, Options options, std::vector<Task> tasks)
      : pool_(pool), clock_(clock), options_(std::move(options)) {
    for (auto& task : tasks) slots_.push_back(std::make_unique<Slot>(std::move(task)));
  }

  ~Runner() { stop(); }

  void start() {
    for (auto& slot : slots_) {
      slot->thread = std::jthread([this, job = slot.get()](const std::stop_token& stop) { serve(*job, stop); });
    }
    looker_ = std::jthread([this](const std::stop_token& stop) { look(stop); });
  }

  void stop() {
    looker_.request_stop();
    if (looker_.joinable()) looker_.join();
    for (auto& slot : slots_) {
      slot->thread.request_stop();
      const std::lock_guard lock(mutex_);
      slot->interrupt.request_stop();
    }
    for (auto& slot : slots_) {
      if (slot->thread.joinable()) slot->thread.join();
    }
  }

  bool trigger(const std::string& name) {
    db::Tx tx(pool_);
    const bool known = scheduler::trigger(tx, name, clock_.now());
    tx.commit();
    wake();
    return known;
  }

  void wake() {
    {
      const std::lock_guard lock(mutex_);
      look_now_ = true;
    }
    changed_.notify_all();
  }

 private:
  struct Slot {
    explicit Slot(Task its_task) : task(std::move(its_task)) {}
    Task task;
    std::optional<Claim> claim;  // set while the job runs here; guarded by mutex_
    std::stop_source interrupt;  // of the present run; guarded by mutex_
    bool is_registered = false;  // only the looking thread
    std::jthread thread;
  };

  void look(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      try {
        register_jobs();
        renew_claims();
        while (!stop.stop_requested() && claim_one()) continue;
        if (std::exchange(is_failing_, false)) log::info("scheduler", "the database answers again");
      } catch (const std::exception& problem) {
        abandon_expired();
        for (auto& slot : slots_) slot->is_registered = false;  // it may come back as a copy that never saw the row
        if (!std::exchange(is_failing_, true)) log::warning("scheduler", "cannot look for due jobs", {{"error", problem.what()}});
      }
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, options_.look_every, [this] { return look_now_; });
      look_now_ = false;
    }
  }

  void register_jobs() {
    for (auto& slot : slots_) {
      if (slot->is_registered) continue;
      auto connection = pool_.acquire();
      register_job(*connection, slot->task.name, slot->task.interval, clock_.now());
      slot->is_registered = true;
    }
  }

  // Renewed when a third of the claim is used up: two renewals may fail before it is lost.
  void renew_claims() {
    for (auto& slot : slots_) {
      auto claim = claim_of(*slot);
      if (!claim || claim->until - clock_.now() > options_.claim_for * 2 / 3) continue;
      auto connection = pool_.acquire();
      const bool kept = renew(*connection, *claim, clock_.now() + options_.claim_for);
      const std::lock_guard lock(mutex_);
      if (!slot->claim || slot->claim->number != claim->number) continue;
      slot->claim->until = claim->until;
      if (!kept) slot->interrupt.request_stop();
    }
  }

  // Without the database the claim cannot be renewed: once it has run out, another orchestrator may be running the job.
  void abandon_expired() {
    const std::lock_guard lock(mutex_);
    for (auto& slot : slots_) {
      if (slot->claim && slot->claim->until < clock_.now()) slot->interrupt.request_stop();
    }
  }

  bool claim_one() {
    std::vector<std::string> idle;
    for (auto& slot : slots_) {
      if (!claim_of(*slot)) idle.push_back(slot->task.name);
    }
    if (idle.empty()) return false;
    auto connection = pool_.acquire();
    const auto claim = claim_due(*connection, idle, options_.node, clock_.now(), options_.claim_for);
    if (!claim) return false;
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const auto& one) { return one->task.name == claim->name; });
    {
      const std::lock_guard lock(mutex_);
      (*slot)->interrupt = std::stop_source();
      (*slot)->claim = claim;
    }
    changed_.notify_all();
    return true;
  }

  std::optional<Claim> claim_of(const Slot& slot) {
    const std::lock_guard lock(mutex_);
    return slot.claim;
  }

  void serve(Slot& slot, const std::stop_token& stop) {
    while (true) {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return slot.claim.has_value(); })) return;
      const auto claim = *slot.claim;
      const auto interrupt = slot.interrupt.get_token();
      lock.unlock();
      run(slot.task, claim, interrupt);
      lock.lock();
      slot.claim.reset();
      look_now_ = true;
      lock.unlock();
      changed_.notify_all();
    }
  }

  void run(const Task& task, const Claim& claim, const std::stop_token& interrupt) {
    const log::Scope scope{{"job", task.name}};
    Outcome outcome = Outcome::Succeeded;
    std::string error;
    try {
      task.run(interrupt);
    } catch (const std::exception& problem) {
      outcome = Outcome::Failed;
      error = problem.what();
      log::error("scheduler", "a periodic job failed; it runs again after its interval", {{"error", error}});
    }
    record(claim, outcome, error, interrupt.stop_requested());
  }

  void record(const Claim& claim, Outcome outcome, const std::string& error, bool was_interrupted) {
    try {
      auto connection = pool_.acquire();
      const bool kept =
          was_interrupted ? give_back(*connection, claim, clock_.now()) : finish(*connection, claim, outcome, error, clock_.now());
      if (!kept) log::warning("scheduler", "a periodic job ended after its claim had run out; another orchestrator has it now");
    } catch (const std::exception& problem) {
      log::warning("scheduler", "the end of a periodic job could not be recorded; it runs again when its claim has run out",
                   {{"error", problem.what()}});
    }
  }

  db::Pool& pool_;
  const Clock& clock_;
  Options options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool look_now_ = false;
  bool is_failing_ = false;  // only the looking thread
  std::vector<std::unique_ptr<Slot>> slots_;
  std::jthread looker_;
};

Scheduler::Scheduler(db::Pool& pool, const Clock& clock, Options options, std::vector<Task> tasks)
    : runner_(std::make_unique<Runner>(pool, clock, std::move(options), std::move(tasks))) {}
Scheduler::~Scheduler() = default;
void Scheduler::start() { runner_->start(); }
void Scheduler::stop() { runner_->stop(); }
bool Scheduler::trigger(const std::string& name) { return runner_->trigger(name); }
void Scheduler::wake() { runner_->wake(); }

}  // namespace spm::scheduler
