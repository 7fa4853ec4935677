#include "integrations/uyuni/time_zone.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace spm::uyuni {
namespace {

using date::local_seconds;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Walks over fixed-width numbers and separators; any step that does not fit spoils it for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(std::size_t min_digits, std::size_t max_digits) {
    std::size_t digits = 0;
    while (digits < rest_.size() && digits < max_digits && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
    int value = 0;
    if (digits < min_digits || digits == 0) {
      good_ = false;
    } else {
      std::from_chars(rest_.data(), rest_.data() + digits, value);
      rest_.remove_prefix(digits);
    }
    return value;
  }
  void expect(char c) {
    if (rest_.empty() || rest_.front() != c) {
      good_ = false;
    } else {
      rest_.remove_prefix(1);
    }
  }
  [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
  [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<local_seconds> local_time(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  const date::year_month_day ymd{date::year(year), date::month(static_cast<unsigned>(month)), date::day(static_cast<unsigned>(day))};
  if (!ymd.ok() || year < 1970 || year > 2200 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return date::local_days(ymd) + hours(hour) + minutes(minute) + seconds(second);
}

Time instant_of(const date::time_zone& zone, local_seconds local, Ambiguous choice) {
  const date::local_info info = zone.get_info(local);
  if (info.result == date::local_info::nonexistent) return Time(info.first.end);
  const bool later = info.result == date::local_info::ambiguous && choice == Ambiguous::Later;
  return Time(date::sys_seconds(local.time_since_epoch()) - (later ? info.second.offset : info.first.offset));
}

tl::unexpected<Error> not_a_time(std::string_view text) {
  return fail(ErrorCode::ValidationError, fmt::format("'{}' is not a date of UYUNI", text.substr(0, 40)));
}

}  // namespace

Result<ServerTimeZone> ServerTimeZone::named(const std::string& name) {
  try {
    return ServerTimeZone(date::locate_zone(name));
  } catch (const std::runtime_error&) {
    return fail(ErrorCode::ValidationError,
                fmt::format("'{}' is not a time zone of this machine; use a name such as Europe/Rome, or UTC", name));
  }
}

Result<Time> ServerTimeZone::to_utc(const xmlrpc::LocalDateTime& local, Ambiguous choice) const {
  Scanner scan(local.text);
  const int year = scan.number(4, 4);
  const int month = scan.number(2, 2);
  const int day = scan.number(2, 2);
  scan.expect('T');
  const int hour = scan.number(2, 2);
  scan.expect(':');
  const int minute = scan.number(2, 2);
  scan.expect(':');
  const int second = scan.number(2, 2);
  const auto parsed = local_time(year, month, day, hour, minute, second);
  if (!scan.complete() || !parsed) return not_a_time(local.text);
  return instant_of(*zone_, *parsed, choice);
}

Result<Time> ServerTimeZone::timestamp_to_utc(std::string_view text) const {
  Scanner scan(text);
  const int year = scan.number(4, 4);
  scan.expect('-');
  const int month = scan.number(2, 2);
  scan.expect('-');
  const int day = scan.number(2, 2);
  scan.expect(' ');
  const int hour = scan.number(2, 2);
  scan.expect(':');
  const int minute = scan.number(2, 2);
  scan.expect(':');
  const int second = scan.number(2, 2);
  if (scan.at('.')) {
    scan.expect('.');
    scan.number(1, 9);
  }
  const auto parsed = local_time(year, month, day, hour, minute, second);
  if (!scan.complete() || !parsed) return not_a_time(text);
  return instant_of(*zone_, *parsed, Ambiguous::Earlier);
}

Result<Time> ServerTimeZone::day_to_utc(std::string_view text) const {
  std::optional<local_seconds> parsed;
  Scanner scan(text);
  if (text.find('/') != std::string_view::npos) {
    const int month = scan.number(1, 2);
    scan.expect('/');
    const int day = scan.number(1, 2);
    scan.expect('/');
    const int year = scan.number(2, 4);
    parsed = local_time(year < 100 ? year + 2000 : year, month, day);
  } else {
    const int year = scan.number(4, 4);
    scan.expect('-');
    const int month = scan.number(2, 2);
    scan.expect('-');
    const int day = scan.number(2, 2);
    parsed = local_time(year, month, day);
  }
  if (!scan.complete() || !parsed) return not_a_time(text);
  return instant_of(*zone_, *parsed, Ambiguous::Earlier);
}

xmlrpc::LocalDateTime ServerTimeZone::to_local(Time instant) const {
  const auto local = zone_->to_local(date::floor<seconds>(instant));
  return {date::format("%Y%m%dT%H:%M:%S", local)};
}

bool ServerTimeZone::is_ambiguous(Time instant) const {
  return zone_->get_info(zone_->to_local(date::floor<seconds>(instant))).result == date::local_info::ambiguous;
}

xmlrpc::LocalDateTime ServerTimeZone::schedule_time(Time earliest, Time now) const {
  const bool at_once = earliest <= now;
  Time chosen = at_once ? now : earliest;
  // The doubled stretch is at most a few hours long; whole minutes are its bounds in every zone.
  chosen = date::floor<minutes>(chosen) + (is_ambiguous(chosen) ? seconds(0) : chosen - date::floor<minutes>(chosen));
  while (is_ambiguous(chosen)) chosen += at_once ? -minutes(1) : minutes(1);
  return to_local(chosen);
}

}  // namespace spm::uyuni
