#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "db/db.hpp"

namespace spm::db {
namespace {

// Every element is quoted: then "NULL", an empty text, commas and braces are just text.
std::string array_text(const std::vector<std::string>& items) {
  std::string out = "{";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += '"';
    for (const char c : item) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out + '}';
}

}  // namespace

Param::Param(double number) : text_(fmt::format("{}", number)) {}
Param::Param(const json::value& value) : text_(json::serialize(value)) {}
Param::Param(const json::object& value) : text_(json::serialize(value)) {}
Param::Param(const json::array& value) : text_(json::serialize(value)) {}
Param::Param(const std::vector<std::string>& items) : text_(array_text(items)) {}
Param::Param(const std::vector<std::int64_t>& items) : text_(fmt::format("{{{}}}", fmt::join(items, ","))) {}

std::string Param::format_time_micros(Time time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace spm::db
