#include "scoring/urgency.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace spm::scoring {
namespace {

using ports::Severity;

constexpr Context kWorst{1.5, 2.0, 2.0};
constexpr Context kMildest{0.5, 0.5, 0.5};

CveRisk cve(std::optional<double> cvss, std::optional<double> epss = std::nullopt, bool known_exploited = false) {
  return {"CVE-2026-0001", cvss, epss, known_exploited};
}

double of(const std::vector<CveRisk>& cves, const Context& context = {}, Severity severity = Severity::High) {
  return urgency(cves, severity, context).score;
}

TEST(Urgency, IsZeroWithoutCves) {
  const auto none = urgency({}, Severity::Critical, kWorst);
  EXPECT_EQ(none.score, 0);
  EXPECT_FALSE(none.is_estimated);
}

TEST(Urgency, FollowsTheFormulaForOneCve) {
  // 8.0 · 1.5 / 20 · 100 = 60; context 0.5 + (0.5 − 0.125) / 5.875
  EXPECT_NEAR(of({cve(8.0, 0.5)}), 60 * (0.5 + 0.375 / 5.875), 1e-9);
}

TEST(Urgency, WeighsTheWorstCveMost) {
  // weights 4/7, 2/7, 1/7 over 9, 6, 3
  const double technical = (9.0 * 4 + 6.0 * 2 + 3.0) / 7 / 20 * 100;
  EXPECT_NEAR(of({cve(3.0), cve(9.0), cve(6.0)}), technical * (0.5 + 0.375 / 5.875) * (1 + 0.1 * std::log2(3.0)), 1e-9);
}

TEST(Urgency, ContextRunsFromHalfToOneAndAHalf) {
  EXPECT_NEAR(of({cve(4.0)}, kMildest), 20 * 0.5, 1e-9);
  EXPECT_NEAR(of({cve(4.0)}, kWorst), 20 * 1.5, 1e-9);
}

TEST(Urgency, KnownExploitedCountsAsCertain) {
  EXPECT_EQ(of({cve(7.0, 0.01, true)}), of({cve(7.0, 1.0)}));
  EXPECT_GT(of({cve(7.0, 0.01, true)}), of({cve(7.0, 0.01)}));
}

TEST(Urgency, IsAtMostAHundred) { EXPECT_EQ(of({cve(10, 1), cve(10, 1), cve(10, 1)}, kWorst), 100); }

struct StandIn {
  Severity severity;
  double cvss;
};

class WithoutCvss : public testing::TestWithParam<StandIn> {};

TEST_P(WithoutCvss, TheSeverityStandsInAndTheResultSaysSo) {
  const auto estimated = urgency(std::vector{cve(std::nullopt, 0.2)}, GetParam().severity, {});
  EXPECT_TRUE(estimated.is_estimated);
  EXPECT_DOUBLE_EQ(estimated.score, of({cve(GetParam().cvss, 0.2)}));
}

INSTANTIATE_TEST_SUITE_P(Urgency, WithoutCvss,
                         testing::Values(StandIn{Severity::Critical, 9.5}, StandIn{Severity::High, 8.0}, StandIn{Severity::Medium, 5.5},
                                         StandIn{Severity::Low, 3.0}, StandIn{Severity::Unknown, 5.5}));

TEST(Urgency, OneMissingCvssMakesItAnEstimate) {
  EXPECT_TRUE(urgency(std::vector{cve(9.0), cve(std::nullopt)}, Severity::Low, {}).is_estimated);
  EXPECT_FALSE(urgency(std::vector{cve(9.0), cve(1.0)}, Severity::Low, {}).is_estimated);
}

TEST(Urgency, WordsOfTheSystemsTableBecomeFactors) {
  EXPECT_DOUBLE_EQ(context_of("internal", "medium", "internal").weight(), 0.5);
  EXPECT_DOUBLE_EQ(context_of("external", "critical", "restricted").weight(), 6.0);
  EXPECT_DOUBLE_EQ(context_of("internal", "low", "public").weight(), 0.125);
  EXPECT_DOUBLE_EQ(context_of("dmz", "high", "confidential").weight(), 2.25);
  EXPECT_DOUBLE_EQ(context_of("nowhere", "critical", "restricted").weight(), 6.0) << "an unknown word counts as its worst";
}

TEST(Urgency, BandsNameIt) {
  EXPECT_EQ(urgency_band(80), "critical");
  EXPECT_EQ(urgency_band(79.9), "high");
  EXPECT_EQ(urgency_band(60), "high");
  EXPECT_EQ(urgency_band(40), "medium");
  EXPECT_EQ(urgency_band(20), "low");
  EXPECT_EQ(urgency_band(19.9), "minimal");
}

TEST(Urgency, StaysInRangeAndRisesWithTheContextAndTheList) {
  EXPECT_TRUE(rc::check("0..100 and monotone in context and KEV", [] {
    std::vector<CveRisk> cves;
    const auto count = *rc::gen::inRange(1, 20);
    for (int i = 0; i < count; ++i) cves.push_back(cve(*rc::gen::inRange(0, 101) / 10.0, *rc::gen::inRange(0, 101) / 100.0));
    const auto ordinary = of(cves);
    RC_ASSERT(ordinary >= 0 && ordinary <= 100);
    RC_ASSERT(of(cves, kWorst) >= ordinary);
    RC_ASSERT(of(cves, kMildest) <= ordinary);
    cves[static_cast<std::size_t>(*rc::gen::inRange(0, count))].known_exploited = true;
    RC_ASSERT(of(cves) >= ordinary - 1e-9);
  }));
}

}  // namespace
}  // namespace spm::scoring
