#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>

namespace spm {
namespace {

using namespace std::chrono;

// Reads exactly `digits` decimal digits at the front of `text` and removes them.
bool take_number(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  const auto* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (error != std::errc{} || stop != end || text.front() == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, microseconds& out) {
  if (text.empty() || text.front() != '.') return true;
  text.remove_prefix(1);
  std::int64_t value = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) value = value * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return false;
  for (auto i = digits; i < 6; ++i) value *= 10;
  out = microseconds{value};
  return true;
}

bool take_zone(std::string_view& text, minutes& offset) {
  if (take_char(text, "Zz")) return true;
  if (text.empty()) return false;
  const bool east = text.front() == '+';
  int hour = 0;
  int minute = 0;
  if (!take_char(text, "+-") || !take_number(text, 2, hour)) return false;
  take_char(text, ":");
  if (!take_number(text, 2, minute) || hour > 23 || minute > 59) return false;  // RFC 3339, wider than any zone
  offset = (east ? 1 : -1) * (hours{hour} + minutes{minute});
  return true;
}

}  // namespace

std::string format_time(Time time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                          static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:03}", clock.subseconds().count());
  return text + "Z";
}

Result<Time> parse_time(std::string_view text) {
  auto rest = text;
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  microseconds fraction{0};
  minutes offset{0};
  const bool shaped = take_number(rest, 4, y) && take_char(rest, "-") && take_number(rest, 2, mo) && take_char(rest, "-") &&
                      take_number(rest, 2, d) && take_char(rest, "Tt ") && take_number(rest, 2, h) && take_char(rest, ":") &&
                      take_number(rest, 2, mi) && take_char(rest, ":") && take_number(rest, 2, s) && take_fraction(rest, fraction) &&
                      take_zone(rest, offset) && rest.empty();
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!shaped || !date.ok() || h > 23 || mi > 59 || s > 59) {
    return fail(ErrorCode::ValidationError,
                fmt::format("'{}' is not a date and time with zone such as 2026-11-23T13:24:34Z", text.substr(0, 64)));
  }
  const auto time = Time{sys_days{date}} + hours{h} + minutes{mi} + seconds{s} + fraction - offset;
  // What RFC 3339 can write and PostgreSQL reads: there is no year 0.
  if (time < Time{sys_days{year{1} / January / 1}} || time >= Time{sys_days{year{10000} / January / 1}}) {
    return fail(ErrorCode::ValidationError, fmt::format("'{}' is not in the years 1 to 9999 of UTC", text.substr(0, 64)));
  }
  return time;
}

Time SystemClock::now() const { return floor<microseconds>(system_clock::now()); }

}  // namespace spm
