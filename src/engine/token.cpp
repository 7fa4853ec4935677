#include "engine/token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>

namespace spm::engine {
namespace {

// A process starts at an offset of its own, so that two that see the same microsecond rarely choose the same token.
std::int64_t own_offset() {
  static const std::int64_t offset = [] {
    std::random_device device;
    return std::uniform_int_distribution<std::int64_t>(0, 999)(device);
  }();
  return offset;
}

}  // namespace

std::string next_token(Time now) {
  static std::atomic<std::int64_t> last = 0;
  const std::int64_t wanted = now.time_since_epoch().count() + own_offset();
  std::int64_t previous = last.load();
  std::int64_t chosen = 0;
  do {
    chosen = std::max(wanted, previous + 1);
  } while (!last.compare_exchange_weak(previous, chosen));

  using namespace std::chrono;
  const Time instant{microseconds(chosen)};
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}{:06}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace spm::engine
