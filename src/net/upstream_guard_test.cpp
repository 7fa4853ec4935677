#include "net/upstream_guard.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace spm::net {
namespace {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  Time now_{std::chrono::hours(1'000)};
};

class UpstreamGuardTest : public testing::Test {
 protected:
  UpstreamGuard guard(int max_attempts = 3, int open_after = 5) {
    GuardOptions options;
    options.name = "uyuni";
    options.max_attempts = max_attempts;
    options.first_pause = std::chrono::milliseconds(0);
    options.open_after_failures = open_after;
    return UpstreamGuard(options, clock_,
                         [this](std::string_view upstream, std::string_view call, std::string_view outcome, std::chrono::microseconds) {
                           EXPECT_EQ(upstream, "uyuni");
                           seen_.push_back(std::string(call) + " " + std::string(outcome));
                         });
  }
  // Fails `times` times with this failure, then succeeds.
  Result<int> run(UpstreamGuard& g, UpstreamFailure failure, int times, Repeat repeat = Repeat::Safe) {
    attempts_ = 0;
    return g.call<int>("system.listSystems", repeat, [&]() -> Result<int> {
      if (++attempts_ > times) return 7;
      return fail_upstream(ErrorCode::UyuniError, failure, "no");
    });
  }

  FakeClock clock_;
  std::vector<std::string> seen_;
  int attempts_ = 0;
};

TEST_F(UpstreamGuardTest, RepeatsReadsThatCouldNotBeAnswered) {
  auto g = guard();
  EXPECT_EQ(run(g, UpstreamFailure::Unreachable, 2), 7);
  EXPECT_EQ(attempts_, 3);
  EXPECT_EQ(run(g, UpstreamFailure::OutcomeUnknown, 9).error().upstream, UpstreamFailure::OutcomeUnknown);
  EXPECT_EQ(attempts_, 3);
  EXPECT_EQ(seen_.size(), 6U);
  EXPECT_EQ(seen_[0], "system.listSystems unreachable");
  EXPECT_EQ(seen_[2], "system.listSystems ok");
}

TEST_F(UpstreamGuardTest, RepeatsNeitherWritesNorRefusals) {
  auto g = guard();
  EXPECT_FALSE(run(g, UpstreamFailure::OutcomeUnknown, 1, Repeat::Never));
  EXPECT_EQ(attempts_, 1);
  EXPECT_FALSE(run(g, UpstreamFailure::Refused, 1));
  EXPECT_EQ(attempts_, 1);
  EXPECT_FALSE(run(g, UpstreamFailure::BadAnswer, 1));
  EXPECT_EQ(attempts_, 1);
}

TEST_F(UpstreamGuardTest, OpensAfterFailuresInARowAndLetsOneThroughLater) {
  auto g = guard(1, 3);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(run(g, UpstreamFailure::BadAnswer, 1));
  EXPECT_TRUE(g.is_open());
  const auto refused = run(g, UpstreamFailure::None, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(attempts_, 0);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Unreachable);
  EXPECT_EQ(refused.error().code, ErrorCode::UyuniError);

  clock_.advance(std::chrono::milliseconds(10'000));
  EXPECT_FALSE(g.is_open());
  bool other_was_let_through = true;
  const auto trial = g.call<int>("trial", Repeat::Safe, [&]() -> Result<int> {
    other_was_let_through = run(g, UpstreamFailure::None, 0).has_value();
    return 1;
  });
  EXPECT_TRUE(trial);
  EXPECT_FALSE(other_was_let_through);
  EXPECT_TRUE(run(g, UpstreamFailure::None, 0));
}

TEST_F(UpstreamGuardTest, ProbesPassTheOpenBreakerAndCloseItWhenTheUpstreamIsBack) {
  auto g = guard(3, 3);
  EXPECT_FALSE(run(g, UpstreamFailure::Unreachable, 9));
  ASSERT_TRUE(g.is_open());
  EXPECT_FALSE(run(g, UpstreamFailure::Unreachable, 9, Repeat::Probe));
  EXPECT_EQ(attempts_, 1);
  EXPECT_TRUE(g.is_open());
  EXPECT_EQ(run(g, UpstreamFailure::None, 0, Repeat::Probe), 7);
  EXPECT_FALSE(g.is_open());
}

TEST_F(UpstreamGuardTest, ATrialThatFailsKeepsItClosedOff) {
  auto g = guard(3, 3);
  EXPECT_FALSE(run(g, UpstreamFailure::Unreachable, 9));
  EXPECT_TRUE(g.is_open());
  clock_.advance(std::chrono::milliseconds(10'001));
  EXPECT_FALSE(run(g, UpstreamFailure::Unreachable, 9));
  EXPECT_EQ(attempts_, 1);  // no repetition once it is open again
  EXPECT_TRUE(g.is_open());
}

TEST_F(UpstreamGuardTest, ARefusalShowsThatTheUpstreamLives) {
  auto g = guard(1, 2);
  EXPECT_FALSE(run(g, UpstreamFailure::Unreachable, 1));
  EXPECT_FALSE(run(g, UpstreamFailure::Refused, 1));
  EXPECT_FALSE(run(g, UpstreamFailure::Unreachable, 1));
  EXPECT_FALSE(g.is_open());
}

}  // namespace
}  // namespace spm::net
