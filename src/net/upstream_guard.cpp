#include "net/upstream_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

namespace spm::net {
namespace {

bool is_outage(UpstreamFailure failure) {
  return failure == UpstreamFailure::Unreachable || failure == UpstreamFailure::OutcomeUnknown || failure == UpstreamFailure::BadAnswer;
}

// Half to all of the pause, so that many callers do not come back together.
std::chrono::microseconds jittered(std::chrono::microseconds pause) {
  thread_local std::minstd_rand random(std::random_device{}());
  return std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(pause.count() / 2, pause.count())(random));
}

}  // namespace

UpstreamGuard::UpstreamGuard(GuardOptions options, const Clock& clock, CallObserver observer)
    : options_(std::move(options)), clock_(clock), observer_(std::move(observer)) {}

bool UpstreamGuard::is_open() const {
  const std::lock_guard lock(mutex_);
  return clock_.now() < open_until_;
}

Result<bool> UpstreamGuard::admit(Repeat repeat) {
  if (repeat == Repeat::Probe) return true;
  const std::lock_guard lock(mutex_);
  const Time now = clock_.now();
  if (now < open_until_) {
    return fail_upstream(
        options_.code, UpstreamFailure::Unreachable,
        fmt::format("{} failed {} times in a row and is left alone until {}", options_.name, failures_, format_time(open_until_)));
  }
  // The first call after the pause goes through alone: the others wait for what becomes of it.
  if (failures_ >= options_.open_after_failures) open_until_ = now + options_.open_for;
  return true;
}

void UpstreamGuard::settle(std::string_view what, const Error* error, std::chrono::microseconds duration) {
  {
    const std::lock_guard lock(mutex_);
    if (error == nullptr || !is_outage(error->upstream)) {
      failures_ = 0;
      open_until_ = Time{};
    } else if (++failures_ >= options_.open_after_failures) {
      open_until_ = clock_.now() + options_.open_for;
    }
  }
  if (observer_) observer_(options_.name, what, error == nullptr ? "ok" : to_string(error->upstream), duration);
}

bool UpstreamGuard::may_repeat(const Error& error, Repeat repeat, int attempt) const {
  const bool passing = error.upstream == UpstreamFailure::Unreachable || error.upstream == UpstreamFailure::OutcomeUnknown;
  return repeat == Repeat::Safe && passing && attempt < options_.max_attempts && !is_open();
}

void UpstreamGuard::pause(int attempt) const {
  const auto doubled = options_.first_pause * (std::int64_t{1} << std::min(attempt - 1, 6));
  std::this_thread::sleep_for(jittered(doubled));
}

}  // namespace spm::net
