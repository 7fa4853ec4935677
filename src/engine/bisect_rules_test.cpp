#include "engine/bisect_rules.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <deque>
#include <random>
#include <set>

namespace spm::engine {
namespace {

struct Found {
  std::set<QueueId> passed;
  std::set<QueueId> failed;
  int runs = 0;
};

// Tests sets until none is left; a set fails when a culprit is in it.
Found search(int size, const std::set<int>& culprits) {
  std::vector<QueueId> all;
  for (int i = 0; i < size; ++i) all.push_back(QueueId{i});
  std::deque<std::vector<QueueId>> sets{all};
  Found found;
  for (; !sets.empty(); sets.pop_front()) {
    const auto set = sets.front();
    ++found.runs;
    const bool fails = std::any_of(set.begin(), set.end(), [&](QueueId id) { return culprits.contains(static_cast<int>(id.value)); });
    const auto halves = halves_after(set, fails ? SetOutcome::Failed : SetOutcome::Passed);
    sets.insert(sets.end(), halves.begin(), halves.end());
    if (halves.empty()) (fails ? found.failed : found.passed).insert(set.begin(), set.end());
  }
  return found;
}

int log2_up(int n) { return static_cast<int>(std::bit_width(static_cast<unsigned>(n - 1))); }

TEST(Bisect, FindsAnySingleCulpritAndNobodyElseInFewRuns) {
  for (int size = 1; size <= 70; ++size) {
    for (int culprit = 0; culprit < size; ++culprit) {
      const auto found = search(size, {culprit});
      ASSERT_EQ(found.failed, std::set{QueueId{culprit}}) << culprit << " of " << size;
      ASSERT_EQ(found.passed.size(), static_cast<std::size_t>(size - 1));
      ASSERT_LE(found.runs, 1 + 2 * log2_up(size)) << culprit << " of " << size;
    }
  }
}

TEST(Bisect, FindsAllOfSeveralCulprits) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 500; ++round) {
    const int size = 1 + static_cast<int>(random() % 40);
    std::set<int> culprits;
    for (int i = static_cast<int>(random() % 6); i > 0; --i) culprits.insert(static_cast<int>(random() % static_cast<unsigned>(size)));
    const auto found = search(size, culprits);
    ASSERT_EQ(found.failed.size(), culprits.size());
    for (const int culprit : culprits) ASSERT_TRUE(found.failed.contains(QueueId{culprit}));
    ASSERT_EQ(found.passed.size() + found.failed.size(), static_cast<std::size_t>(size));
  }
}

TEST(Bisect, WhatPassesTakesOneRunAndWhatSaysNothingIsNotSplit) {
  EXPECT_EQ(search(64, {}).runs, 1);
  EXPECT_TRUE(halves_after({QueueId{1}, QueueId{2}}, SetOutcome::Unknown).empty());
  EXPECT_EQ(outcome_of({Verdict::Failed, queue::FailureClass::Regression, false}), SetOutcome::Failed);
  EXPECT_EQ(outcome_of({Verdict::Error, queue::FailureClass::Infra, false}), SetOutcome::Unknown);
  EXPECT_EQ(outcome_of({std::nullopt, std::nullopt, true}), SetOutcome::Unknown);
  EXPECT_EQ(outcome_of({Verdict::Failed, queue::FailureClass::Patch, false, true}), SetOutcome::Unknown);
}

}  // namespace
}  // namespace spm::engine
