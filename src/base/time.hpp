#pragma once
// Instants, and their one text form: ISO 8601 in UTC with 'Z' ("2026-11-23T13:24:34.123Z").

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace spm {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

// Milliseconds are written only when there are any.
[[nodiscard]] std::string format_time(Time time);

// Accepts 'Z' and numeric offsets, fractions to microseconds; refuses a date without a zone, a day that does not exist and trailing text.
[[nodiscard]] Result<Time> parse_time(std::string_view text);

// The current instant. Injected everywhere, so that tests own the time. Safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
  // Since when the time has run on without a jump. What another wrote about time before that says nothing of how long ago it was.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_since() const { return {}; }
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
};

}  // namespace spm
