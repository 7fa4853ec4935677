#pragma once
// One upstream's protection: bounded retries with jitter for calls that are safe to repeat, a circuit breaker, metrics, a log line.
// Every call of an integration goes through it. Safe from any thread.

#include <chrono>
#include <functional>
#include <mutex>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace spm::net {

// Safe: reads. Never: anything with an effect; the caller looks before it repeats.
// Probe: a read that is tried once, even while the breaker is open: it is how an upstream that is back gets noticed.
enum class Repeat { Safe, Never, Probe };

inline constexpr std::chrono::milliseconds kProbeTimeout{5'000};  // of one call for Repeat::Probe: an upstream that hangs is shown soon

struct GuardOptions {
  std::string name;                            // "uyuni": in metrics, logs and messages
  ErrorCode code = ErrorCode::UyuniError;      // of the error while the breaker is open
  int max_attempts = 3;                        // for Repeat::Safe
  std::chrono::milliseconds first_pause{200};  // doubles, with jitter
  int open_after_failures = 5;                 // consecutive failures of Unreachable, OutcomeUnknown or BadAnswer
  std::chrono::milliseconds open_for{10'000};  // then one call is let through
};

// Called once for each attempt: upstream, call, ok or failure word, duration. Lets metrics stay out of net/.
using CallObserver =
    std::function<void(std::string_view upstream, std::string_view call, std::string_view outcome, std::chrono::microseconds)>;

class UpstreamGuard {
 public:
  UpstreamGuard(GuardOptions options, const Clock& clock, CallObserver observer = {});

  template <class T>
  [[nodiscard]] Result<T> call(std::string_view what, Repeat repeat, const std::function<Result<T>()>& attempt) {
    for (int n = 1;; ++n) {
      if (auto admitted = admit(repeat); !admitted) return tl::unexpected<Error>(admitted.error());
      const auto begin = std::chrono::steady_clock::now();
      Result<T> result = attempt();
      settle(what, result ? nullptr : &result.error(),
             std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin));
      if (result || !may_repeat(result.error(), repeat, n)) return result;
      pause(n);
    }
  }

  [[nodiscard]] bool is_open() const;

 private:
  [[nodiscard]] Result<bool> admit(Repeat repeat);
  void settle(std::string_view what, const Error* error, std::chrono::microseconds duration);
  [[nodiscard]] bool may_repeat(const Error& error, Repeat repeat, int attempt) const;
  void pause(int attempt) const;

  GuardOptions options_;
  const Clock& clock_;
  CallObserver observer_;
  mutable std::mutex mutex_;
  int failures_ = 0;
  Time open_until_{};
};

}  // namespace spm::net
