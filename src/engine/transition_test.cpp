// The state machine, walked exhaustively: whatever the answers, every path ends, and none that may have changed a system ends without
// having tried to put it back.

#include "engine/transition.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine/phases.hpp"

namespace spm::engine {
namespace {

constexpr std::array kAnswers{Answer::Done, Answer::Skipped, Answer::Retry, Answer::Fail, Answer::Abort};

using State = std::pair<Phase, int>;

// Calls `visit` with every path from the start to the end, as the sequence of phases; fails when one is longer than any can be.
void walk(State at, bool restore, std::vector<Phase> path, const std::function<void(const std::vector<Phase>&)>& visit) {
  path.push_back(at.first);
  ASSERT_LT(path.size(), 40U) << "a path that does not end";
  if (at.first == Phase::Done) return visit(path);
  std::set<State> followers;
  for (const Answer answer : kAnswers) {
    const Step step = next({at.first, at.second, answer, restore});
    const bool is_unhonoured_abort = answer == Answer::Abort && is_way_back(at.first);
    if (is_unhonoured_abort) {
      EXPECT_EQ(step.phase, at.first);
      continue;
    }
    followers.insert({step.phase, step.attempt});
  }
  for (const State& follower : followers) walk(follower, restore, path, visit);
}

TEST(Transition, EveryPathEnds) {
  for (const bool restore : {false, true}) {
    int paths = 0;
    walk({Phase::PreCheck, 1}, restore, {}, [&](const std::vector<Phase>&) { ++paths; });
    EXPECT_GT(paths, 100);
  }
}

TEST(Transition, EveryPhaseHasOneRowAndCanBeReached) {
  std::set<Phase> reached;
  walk({Phase::PreCheck, 1}, true, {}, [&](const std::vector<Phase>& path) { reached.insert(path.begin(), path.end()); });
  EXPECT_EQ(reached.size(), kAllPhases.size());
  EXPECT_EQ(phases().size() + 1, kAllPhases.size());
  EXPECT_THROW((void)row_of(Phase::Done), std::logic_error);
}

TEST(Transition, NothingThatMayHaveChangedTheSystemFailsWithoutARollback) {
  for (const PhaseRow& row : phases()) {
    if (is_way_back(row.phase)) continue;
    const auto expected = may_have_changed_system(row.phase) ? Phase::Rollback : Phase::Done;
    for (const Answer answer : {Answer::Fail, Answer::Abort}) {
      const Step step = next({row.phase, 1, answer, false});
      EXPECT_EQ(step.phase, expected) << to_string(row.phase);
      EXPECT_TRUE(step.is_failure);
    }
  }
}

TEST(Transition, AnAbortThatLeavesTheSystemAsItIsEndsAtOnce) {
  for (const PhaseRow& row : phases()) {
    const Step step = next({row.phase, 1, Answer::Abort, true, true});
    EXPECT_EQ(step.phase, Phase::Done) << to_string(row.phase);
    EXPECT_TRUE(step.is_failure);
  }
}

TEST(Transition, ASuccessEndsOnlyAfterTheVerdict) {
  for (const PhaseRow& row : phases()) {
    const Step step = next({row.phase, 1, Answer::Done, false});
    EXPECT_FALSE(step.is_failure);
    EXPECT_EQ(step.phase == Phase::Done, row.phase == Phase::Verdict || row.phase == Phase::PostRollback) << to_string(row.phase);
  }
  EXPECT_EQ(next({Phase::Verdict, 1, Answer::Done, true}).phase, Phase::Rollback);
}

TEST(Transition, RetriesAreCountedAndThenTheyFail) {
  for (const PhaseRow& row : phases()) {
    for (int attempt = 1; attempt <= row.retries; ++attempt) {
      const Step step = next({row.phase, attempt, Answer::Retry, false});
      EXPECT_EQ(step.phase, row.phase);
      EXPECT_EQ(step.attempt, attempt + 1);
      EXPECT_FALSE(step.is_failure);
    }
    EXPECT_TRUE(next({row.phase, row.retries + 1, Answer::Retry, false}).is_failure);
  }
}

TEST(Transition, ThePatchIsNeverTriedTwiceInOneRun) { EXPECT_EQ(row_of(Phase::Patch).retries, 0); }

TEST(Transition, WaitsExtendTheDeadlineOfTheirPhase) {
  RunConfig config;
  const Settings settings;
  config.wait_after_patch = std::chrono::hours(2);
  config.wait_after_reboot = std::chrono::hours(3);
  EXPECT_GT(deadline_of(Phase::Stabilize, config, settings), std::chrono::hours(2));
  EXPECT_GT(deadline_of(Phase::Reboot, config, settings), std::chrono::hours(3));
  EXPECT_GT(deadline_of(Phase::Rollback, config, settings), std::chrono::hours(3));
  EXPECT_GT(deadline_of(Phase::Patch, config, settings), settings.action_timeout);
}

TEST(Phase, WordsRoundTrip) {
  for (const Phase phase : kAllPhases) EXPECT_EQ(parse_phase(to_string(phase)), phase);
  EXPECT_EQ(parse_phase("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace spm::engine
