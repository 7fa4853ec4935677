#include "cluster/rules.hpp"

#include <gtest/gtest.h>

namespace spm::cluster {
namespace {

using namespace std::chrono_literals;

TEST(ClusterRules, ANodeIsLostWhenItsHeartbeatsStopAndStoppedWhenItSaidSo) {
  const Time seen{std::chrono::hours(1'000)};
  EXPECT_EQ(state_of(seen, {}, seen + kLostAfter), NodeState::Alive);
  EXPECT_EQ(state_of(seen, {}, seen + kLostAfter + 1us), NodeState::Lost);
  EXPECT_EQ(state_of(seen, seen, seen + 1h), NodeState::Stopped);
  EXPECT_EQ(state_of(seen + 1s, {}, seen), NodeState::Alive);  // its clock is a little ahead
}

TEST(ClusterRules, OneHeartbeatMayBeMissed) { EXPECT_GT(kLostAfter, 2 * kHeartbeat); }

}  // namespace
}  // namespace spm::cluster
