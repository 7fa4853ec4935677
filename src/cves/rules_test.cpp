#include "cves/rules.hpp"

#include <gmock/gmock.h>

namespace spm::cves {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Time kNow = *parse_time("2026-03-02T09:15:00Z");
constexpr const char* kPlace = "/var/lib/lists/kev.json";

State read_at(Time at) {
  return {
      .source = Source::Kev, .origin = kPlace, .attempted_at = at, .succeeded_at = at, .changed_at = at, .entries = 1'000, .digest = "d"};
}

TEST(CveSources, AreReadOnceADayAndWhatFailedSooner) {
  EXPECT_TRUE(is_due({.source = Source::Kev}, kPlace, kNow)) << "never read";
  EXPECT_FALSE(is_due(read_at(kNow - 23h), kPlace, kNow));
  EXPECT_TRUE(is_due(read_at(kNow - 24h), kPlace, kNow));
  auto failed = read_at(kNow - 59min);
  failed.error = "no answer";
  EXPECT_FALSE(is_due(failed, kPlace, kNow));
  EXPECT_TRUE(is_due(failed, kPlace, kNow + 1min));
}

TEST(CveSources, AreReadAtOnceWhenAPersonAsksOrThePlaceIsAnother) {
  EXPECT_TRUE(is_due(read_at(kNow), "/elsewhere/kev.json", kNow));
  auto asked = read_at(kNow);
  asked.requested_at = kNow;
  EXPECT_TRUE(is_due(asked, kPlace, kNow));
}

TEST(CveSources, HaveWordsThatLeadBack) {
  for (const auto source : kSources) EXPECT_EQ(parse_source(to_string(source)), source);
  EXPECT_EQ(parse_source("nvd"), std::nullopt);
}

TEST(CveLists, ThatLostMoreThanHalfOfTheirMarksAreNotBelieved) {
  const auto last = read_at(kNow);
  EXPECT_EQ(refusal(last, 500, Shrinking::Refuse), std::nullopt);
  EXPECT_THAT(refusal(last, 499, Shrinking::Refuse).value_or(""), HasSubstr("499 entries, the last one had 1000"));
  EXPECT_EQ(refusal(last, 499, Shrinking::Accept), std::nullopt) << "a person says that it is right";
  EXPECT_EQ(refusal(last, 0, Shrinking::Accept), "the list is empty") << "which is never right";
  EXPECT_EQ(refusal({.source = Source::Kev}, 1, Shrinking::Refuse), std::nullopt) << "the first one";
  auto scores = last;
  scores.source = Source::Epss;
  EXPECT_EQ(refusal(scores, 1, Shrinking::Refuse), std::nullopt) << "only adds and changes";
  EXPECT_TRUE(refusal(scores, 0, Shrinking::Refuse));
}

}  // namespace
}  // namespace spm::cves
