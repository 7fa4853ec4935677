#pragma once
// The right to act for one run: a fencing number in the database, and how long it surely lasts by this machine's own steady clock.
// Shared by the thread that takes the step and the heartbeat; safe from any thread.

#include <atomic>
#include <chrono>
#include <exception>

#include "base/ids.hpp"

namespace spm::engine {

// Somebody else owns the run now (or it ended). Whoever gets this throws away what it has and touches nothing.
class LostLease : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "the lease of this run was lost"; }
};

class Lease {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  Lease(TestId run, std::int64_t fence, SteadyTime until) : run_(run), fence_(fence), until_(until.time_since_epoch().count()) {}

  [[nodiscard]] TestId run() const { return run_; }
  [[nodiscard]] std::int64_t fence() const { return fence_; }
  // The end counts from when the renewal was asked for, not from its answer, so that it is never later than the database's.
  void renewed(SteadyTime until) { until_ = until.time_since_epoch().count(); }
  void lose() { is_lost_ = true; }
  // Before anything is done outside: a process that slept through its lease must not act on it.
  void require_held() const {
    if (is_lost_ || std::chrono::steady_clock::now().time_since_epoch().count() >= until_) throw LostLease();
  }

 private:
  TestId run_;
  std::int64_t fence_;
  std::atomic<SteadyTime::rep> until_;
  std::atomic<bool> is_lost_ = false;
};

}  // namespace spm::engine
