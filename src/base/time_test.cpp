#include "base/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace spm {
namespace {

TEST(Time, WritesMillisecondsOnlyWhenThereAreAny) {
  EXPECT_EQ(format_time(Time{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(Time{} + std::chrono::milliseconds(123)), "1970-01-01T00:00:00.123Z");
}

TEST(Time, ReadsZonesAndFractions) {
  EXPECT_EQ(format_time(parse_time("2026-11-23T13:24:34Z").value()), "2026-11-23T13:24:34Z");
  EXPECT_EQ(format_time(parse_time("2026-11-23T13:24:34.5+02:00").value()), "2026-11-23T11:24:34.500Z");
  EXPECT_EQ(parse_time("2026-11-23T13:24:34.123456Z").value().time_since_epoch().count() % 1'000'000, 123'456);
  EXPECT_TRUE(parse_time("2024-02-29T00:00:00Z"));
  EXPECT_EQ(format_time(parse_time("5541-05-26T15:02:08+19:02").value()), "5541-05-25T20:00:08Z") << "no zone is so far, RFC 3339 takes it";
  EXPECT_EQ(format_time(parse_time("0001-01-01T00:00:00Z").value()), "0001-01-01T00:00:00Z");
  EXPECT_TRUE(parse_time("9999-12-31T23:59:59.999999Z"));
}

TEST(Time, RefusesWhatIsNoInstant) {
  for (const char* wrong : {"", "2026-11-23", "2026-11-23T13:24:34", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-23T25:00:00Z",
                            "2026-11-23T13:24:34+24:00", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
                            "2026-11-23T13:24:34Zx", "2026-11-23T13:24:34+0200x", "x"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

TEST(Time, EveryInstantSurvivesTheRoundTrip) {
  EXPECT_TRUE(rc::check([] {
    const auto ms = *rc::gen::inRange<std::int64_t>(0, 4'102'444'800'000);
    const Time time = Time{} + std::chrono::milliseconds(ms);
    RC_ASSERT(parse_time(format_time(time)).value() == time);
  }));
}

}  // namespace
}  // namespace spm
