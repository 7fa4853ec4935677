#include "sandbox/uyuni/local_time.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>

namespace spm::sandbox::uyuni {
namespace {

const date::time_zone& zone_of(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

struct Parts {
  int year, month, day, hour, minute, second;
  std::string zone;
  unsigned weekday;
};

Parts split(const void* zone, Time time) {
  const date::zoned_time local(&zone_of(zone), date::floor<std::chrono::seconds>(time));
  const auto moment = local.get_local_time();
  const auto day = date::floor<date::days>(moment);
  const date::year_month_day ymd(day);
  const date::hh_mm_ss clock(moment - day);
  return {static_cast<int>(ymd.year()),
          static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          local.get_info().abbrev,
          date::weekday(day).c_encoding()};
}

bool number_at(const std::string& text, std::size_t at, std::size_t digits, int& out) {
  if (text.size() < at + digits) return false;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + digits, out);
  return error == std::errc{} && end == text.data() + at + digits && out >= 0;
}

}  // namespace

LocalTime::LocalTime(const std::string& zone) : zone_(date::locate_zone(zone)) {}

xmlrpc::LocalDateTime LocalTime::date(Time time) const {
  const auto p = split(zone_, time);
  return {fmt::format("{:04}{:02}{:02}T{:02}:{:02}:{:02}", p.year, p.month, p.day, p.hour, p.minute, p.second)};
}

std::string LocalTime::day(Time time) const {
  const auto p = split(zone_, time);
  return fmt::format("{:04}-{:02}-{:02}", p.year, p.month, p.day);
}

std::string LocalTime::short_day(Time time) const {
  const auto p = split(zone_, time);
  return fmt::format("{}/{}/{:02}", p.month, p.day, p.year % 100);
}

std::string LocalTime::java(Time time) const {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto p = split(zone_, time);
  return fmt::format("{} {} {:02} {:02}:{:02}:{:02} {} {}", kDays[p.weekday], kMonths[p.month - 1], p.day, p.hour, p.minute, p.second,
                     p.zone, p.year);
}

std::string LocalTime::timestamp(Time time) const {
  const auto p = split(zone_, time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.0", p.year, p.month, p.day, p.hour, p.minute, p.second);
}

std::optional<Time> LocalTime::parse(const std::string& text) const {
  Parts p{};
  const bool shaped = number_at(text, 0, 4, p.year) && number_at(text, 4, 2, p.month) && number_at(text, 6, 2, p.day) && text.size() > 8 &&
                      text[8] == 'T' && number_at(text, 9, 2, p.hour) && text.size() > 11 && text[11] == ':' &&
                      number_at(text, 12, 2, p.minute) && text.size() > 14 && text[14] == ':' && number_at(text, 15, 2, p.second);
  if (!shaped || p.month == 0) return std::nullopt;
  const auto first = date::local_days(date::year(p.year) / date::month(1) / 1 + date::months(p.month - 1));
  const auto local =
      first + date::days(p.day - 1) + std::chrono::hours(p.hour) + std::chrono::minutes(p.minute) + std::chrono::seconds(p.second);
  const date::zoned_time zoned(&zone_of(zone_), date::local_seconds(local), date::choose::earliest);
  return Time(zoned.get_sys_time());
}

}  // namespace spm::sandbox::uyuni
