#include "health/rules.hpp"

#include <gtest/gtest.h>

namespace spm::health {
namespace {

using std::chrono::seconds;

Component connected_at(Time time) {
  Component component;
  component.status = ComponentStatus::Connected;
  component.checked_at = time;
  return component;
}

TEST(Health, AStaleProbeIsNotGoodNews) {
  const Time now{std::chrono::hours(1000)};
  EXPECT_EQ(judge(connected_at(now - seconds(59)), now).status, ComponentStatus::Connected);
  const auto stale = judge(connected_at(now - seconds(61)), now);
  EXPECT_EQ(stale.status, ComponentStatus::Unavailable);
  EXPECT_NE(stale.message.find("61 s old"), std::string::npos);
}

TEST(Health, AnUpstreamThatWasNeverProbedIsUnavailable) { EXPECT_EQ(judge(Component{}, Time{}).status, ComponentStatus::Unavailable); }

TEST(Health, OneUpstreamDownDegradesAndDisabledOnesDoNot) {
  const Time now{};
  Component down;
  Component off;
  off.status = ComponentStatus::Disabled;
  EXPECT_EQ(overall(true, {connected_at(now), off}), "healthy");
  EXPECT_EQ(overall(true, {connected_at(now), down}), "degraded");
  EXPECT_EQ(overall(false, {connected_at(now)}), "unhealthy");
}

}  // namespace
}  // namespace spm::health
