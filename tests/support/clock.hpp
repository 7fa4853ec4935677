#pragma once
// A clock that stands still until the test moves it, and a wait for what other threads do. Safe from any thread.

#include <atomic>
#include <chrono>
#include <functional>

#include "base/time.hpp"

namespace spm::test {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = *parse_time("2026-11-23T08:00:00Z")) : now_(start.time_since_epoch().count()) {}
  [[nodiscard]] Time now() const override { return Time(std::chrono::microseconds(now_.load())); }
  void advance(std::chrono::microseconds by) { now_ += by.count(); }
  void set(Time to) { now_ = to.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> now_;
};

// True as soon as the condition holds; false when it does not within `limit` of real time.
[[nodiscard]] bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(20));

}  // namespace spm::test
