#include "engine/worker.hpp"

#include <algorithm>

#include "log/log.hpp"

namespace spm::engine {

using namespace std::chrono_literals;

Worker::Worker(db::Pool& pool, const Clock& clock, const Ports& ports, const Settings& settings, std::string owner, Failpoint failpoint)
    : clock_(clock), settings_(settings), runner_(pool, clock, ports, settings, std::move(owner), std::move(failpoint)) {}

Worker::~Worker() {
  (void)stop(0ms);
  threads_.clear();  // joins
  heartbeat_ = {};
}

void Worker::start() {
  if (!threads_.empty()) return;
  heartbeat_ = std::jthread([this](const std::stop_token& stop) { keep_leases(stop); });
  running_ = std::max(settings_.workers, 1);
  for (int i = 0; i < running_; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) {
      take_steps(stop);
      const std::scoped_lock lock(mutex_);
      --running_;
      ended_.notify_all();
    });
  }
}

bool Worker::stop(std::chrono::milliseconds patience) {
  for (auto& thread : threads_) thread.request_stop();
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, patience, [this] { return running_ == 0; });
}

void Worker::wake() {
  const std::scoped_lock lock(mutex_);
  ++wakes_;
  woken_.notify_one();
}

void Worker::take_steps(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      if (!runner_.run_one()) sleep_until_due(stop);
    } catch (const std::exception& error) {
      log::error("engine", "no step can be taken, trying again in 2 s", {{"error", error.what()}});
      pause(stop, 2s);
    }
  }
}

// A lease is renewed while its step blocks in an upstream call. When the database is gone it is not, and the step stops acting in time.
void Worker::keep_leases(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pause(stop, settings_.heartbeat);
    try {
      runner_.renew_leases();
    } catch (const std::exception& error) {
      log::warning("engine", "leases could not be renewed", {{"error", error.what()}});
    }
  }
}

void Worker::sleep_until_due(const std::stop_token& stop) {
  const auto due = runner_.next_due();
  const auto now = clock_.now();
  std::chrono::milliseconds time = 1s;
  if (due) time = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(*due - now), 5ms, 1000ms);
  pause(stop, time);
}

void Worker::pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  const auto seen = wakes_;
  woken_.wait_for(lock, stop, time, [&] { return wakes_ != seen; });
}

}  // namespace spm::engine
