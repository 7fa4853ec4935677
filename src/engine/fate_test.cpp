#include "engine/fate.hpp"

#include <gtest/gtest.h>

namespace spm::engine {
namespace {

using queue::FailureClass;
using queue::Status;

Ending failed(FailureClass kind) { return {verdict_of(kind), kind, false}; }

TEST(Fate, APassedTestWaitsForADecision) { EXPECT_EQ(fate_of({Verdict::Passed, {}, false}, 0, {}).status, Status::PendingApproval); }

TEST(Fate, InfraTwiceTransientThreeTimes) {
  for (int retries = 0; retries < 5; ++retries) {
    EXPECT_EQ(fate_of(failed(FailureClass::Infra), retries, {}).status, retries < 2 ? Status::RetryPending : Status::Failed);
    EXPECT_EQ(fate_of(failed(FailureClass::Transient), retries, {}).status, retries < 3 ? Status::RetryPending : Status::Failed);
    EXPECT_EQ(fate_of(failed(FailureClass::Patch), retries, {}).status, Status::Failed);
    EXPECT_EQ(fate_of(failed(FailureClass::Regression), retries, {}).status, Status::Failed);
  }
  EXPECT_EQ(fate_of(failed(FailureClass::Infra), 0, {}).retry_after, std::chrono::hours(2));
  EXPECT_EQ(fate_of(failed(FailureClass::Transient), 0, {}).retry_after, std::chrono::minutes(30));
}

TEST(Fate, WhatAPersonEndedIsNotRetried) {
  const Ending aborted{std::nullopt, std::nullopt, true};
  EXPECT_EQ(fate_of(aborted, 0, {}).status, Status::Failed);
  EXPECT_EQ(result_of(aborted), "aborted");
  EXPECT_FALSE(counts_in_history(aborted));
}

TEST(Fate, WhatAPersonEndedByForceFailsWithoutARetryWhateverWasDecided) {
  for (const auto verdict : {Verdict::Passed, Verdict::Failed, Verdict::Error}) {
    const Ending forced{verdict, FailureClass::Infra, false, true};
    EXPECT_EQ(fate_of(forced, 0, {}).status, Status::Failed);
    EXPECT_EQ(result_of(forced), "error");
    EXPECT_FALSE(counts_in_history(forced));
  }
}

TEST(Fate, OfSeveralRunsTheWorstDecides) {
  const Ending passed{Verdict::Passed, {}, false};
  const Ending aborted{std::nullopt, std::nullopt, true};
  const auto transient = failed(FailureClass::Transient);
  const auto infra = failed(FailureClass::Infra);
  const auto regression = failed(FailureClass::Regression);
  EXPECT_EQ(decisive({passed, passed}), 0U);
  EXPECT_EQ(decisive({passed, transient}), 1U);
  EXPECT_EQ(decisive({transient, infra, passed}), 1U);
  EXPECT_EQ(decisive({infra, aborted}), 1U) << "what a person ended is not retried";
  EXPECT_EQ(decisive({aborted, infra, regression}), 2U);
}

TEST(Fate, OnlyWhatSpeaksAboutTheErratumCounts) {
  EXPECT_TRUE(counts_in_history({Verdict::Passed, {}, false}));
  EXPECT_TRUE(counts_in_history(failed(FailureClass::Patch)));
  EXPECT_TRUE(counts_in_history(failed(FailureClass::Regression)));
  EXPECT_FALSE(counts_in_history(failed(FailureClass::Infra)));
  EXPECT_FALSE(counts_in_history(failed(FailureClass::Transient)));
  EXPECT_EQ(result_of(failed(FailureClass::Transient)), "error");
  EXPECT_EQ(result_of(failed(FailureClass::Patch)), "failed");
}

}  // namespace
}  // namespace spm::engine
