#include "integrations/uyuni/time_zone.hpp"

#include <gtest/gtest.h>

namespace spm::uyuni {
namespace {

Time at(const std::string& text) { return parse_time(text).value(); }
ServerTimeZone rome() { return ServerTimeZone::named("Europe/Rome").value(); }
std::string utc(const Result<Time>& time) { return time ? format_time(*time) : "error: " + time.error().message; }

TEST(ServerTimeZone, KnowsOnlyRealZones) {
  EXPECT_TRUE(ServerTimeZone::named("UTC"));
  EXPECT_FALSE(ServerTimeZone::named("Europe/Atlantis"));
  EXPECT_FALSE(ServerTimeZone::named(""));
}

TEST(ServerTimeZone, ReadsDateTimesInSummerAndWinter) {
  EXPECT_EQ(utc(rome().to_utc({"20260131T09:05:00"})), "2026-01-31T08:05:00Z");
  EXPECT_EQ(utc(rome().to_utc({"20260731T09:05:00"})), "2026-07-31T07:05:00Z");
}

TEST(ServerTimeZone, TheDoubledHourIsChosen) {
  EXPECT_EQ(utc(rome().to_utc({"20261025T02:30:00"}, Ambiguous::Earlier)), "2026-10-25T00:30:00Z");
  EXPECT_EQ(utc(rome().to_utc({"20261025T02:30:00"}, Ambiguous::Later)), "2026-10-25T01:30:00Z");
}

TEST(ServerTimeZone, ASkippedTimeIsTheInstantOfTheChange) { EXPECT_EQ(utc(rome().to_utc({"20260329T02:30:00"})), "2026-03-29T01:00:00Z"); }

TEST(ServerTimeZone, NeverReadsOneFormAsAnother) {
  for (const char* wrong :
       {"", "2026-01-31", "20260131T09:05", "20260131T09:05:00Z", "20260231T09:05:00", "20260131T24:00:00", "20260131 09:05:00"}) {
    EXPECT_FALSE(rome().to_utc({wrong})) << wrong;
  }
  for (const char* wrong : {"", "31/01/26", "2026-1-31", "1/31", "20260131T09:05:00", "Jan 31, 2026", "2026-01-31 09:05:00", "13/1/26"}) {
    EXPECT_FALSE(rome().day_to_utc(wrong)) << wrong;
  }
  EXPECT_FALSE(rome().timestamp_to_utc("2026-01-31"));
}

TEST(ServerTimeZone, ReadsDaysAndTimestamps) {
  EXPECT_EQ(utc(rome().day_to_utc("2026-01-31")), "2026-01-30T23:00:00Z");
  EXPECT_EQ(utc(rome().day_to_utc("1/31/26")), "2026-01-30T23:00:00Z");
  EXPECT_EQ(utc(rome().timestamp_to_utc("2026-07-31 09:05:00.123456789")), "2026-07-31T07:05:00Z");
}

TEST(ServerTimeZone, WritesLocalTime) { EXPECT_EQ(rome().to_local(at("2026-07-31T07:05:09.9Z")).text, "20260731T09:05:09"); }

TEST(ServerTimeZone, ASchedulingTimeIsNeverInThePast) {
  EXPECT_EQ(rome().schedule_time(at("2026-07-01T00:00:00Z"), at("2026-07-31T07:05:00Z")).text, "20260731T09:05:00");
  EXPECT_EQ(rome().schedule_time(at("2026-07-31T09:00:30Z"), at("2026-07-31T07:05:00Z")).text, "20260731T11:00:30");
}

TEST(ServerTimeZone, ASchedulingTimeKeepsOutOfTheDoubledHour) {
  EXPECT_EQ(rome().schedule_time(at("2026-10-25T00:30:10Z"), at("2026-10-24T12:00:00Z")).text, "20261025T03:00:00");
  EXPECT_EQ(rome().schedule_time(at("2026-10-25T00:30:10Z"), at("2026-10-25T00:30:10Z")).text, "20261025T01:59:00");
}

}  // namespace
}  // namespace spm::uyuni
