#pragma once
// The threads that take the steps of test runs, and the heartbeat that keeps their leases. Owned by the app; start() and stop() belong to
// one thread, wake() may be called from any.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/runner.hpp"

namespace spm::engine {

class Worker {
 public:
  // `failpoint` is called at every named instant of every step: tests die there.
  Worker(db::Pool& pool, const Clock& clock, const Ports& ports, const Settings& settings, std::string owner, Failpoint failpoint = {});
  ~Worker();  // stops, and waits for the steps that are being taken
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // Takes no further step and waits for those under way, at most `patience`. False: some are still inside an upstream call; ending the
  // process then is safe, another orchestrator goes on when their leases have run out.
  [[nodiscard]] bool stop(std::chrono::milliseconds patience);
  // A run may have become due.
  void wake();

 private:
  void take_steps(const std::stop_token& stop);
  void keep_leases(const std::stop_token& stop);
  void sleep_until_due(const std::stop_token& stop);
  void pause(const std::stop_token& stop, std::chrono::milliseconds time);

  const Clock& clock_;
  const Settings settings_;
  Runner runner_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::uint64_t wakes_ = 0;
  int running_ = 0;
  std::condition_variable ended_;
  std::jthread heartbeat_;             // ends after the steps
  std::vector<std::jthread> threads_;  // joined first
};

}  // namespace spm::engine
