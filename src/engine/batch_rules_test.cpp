#include "engine/batch_rules.hpp"

#include <gtest/gtest.h>

#include <set>

namespace spm::engine {
namespace {

using queue::Status;

MemberState seen(MemberState state, Status item, bool autostart = false, std::optional<std::string> result = {}) {
  return follow({state, item, autostart, std::move(result)}).state;
}

TEST(BatchRules, AMemberFollowsItsItem) {
  using enum MemberState;
  EXPECT_EQ(seen(Waiting, Status::Queued), Waiting);
  EXPECT_EQ(seen(Waiting, Status::Testing), Testing) << "somebody started it";
  EXPECT_EQ(seen(Waiting, Status::Superseded), Skipped);
  EXPECT_EQ(seen(Testing, Status::NeedsReboot), Testing);
  EXPECT_EQ(seen(Testing, Status::RetryPending), Testing);
  EXPECT_EQ(seen(Testing, Status::Queued, true), Testing) << "its retry starts by itself";
  EXPECT_EQ(seen(Testing, Status::Queued, false), Failed) << "a person asked again";
  EXPECT_EQ(seen(Testing, Status::PendingApproval, false, "passed"), Passed);
  EXPECT_EQ(seen(Testing, Status::Approved, false, "passed"), Passed) << "a person was faster than the look";
  EXPECT_EQ(seen(Testing, Status::Failed, false, "failed"), Failed);
  EXPECT_EQ(seen(Waiting, Status::Approved), Skipped) << "no test stands behind it";
}

TEST(BatchRules, WhatHasEndedStaysSo) {
  for (const auto state : {MemberState::Passed, MemberState::Failed, MemberState::Skipped, MemberState::Cancelled}) {
    for (const auto item : {Status::Queued, Status::Testing, Status::Failed, Status::PendingApproval})
      EXPECT_EQ(seen(state, item, true, "passed"), state);
  }
}

TEST(BatchRules, WordsRoundTrip) {
  for (const auto state : kMemberStates) EXPECT_EQ(parse_member_state(to_string(state)), state);
  EXPECT_EQ(parse_member_state("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace spm::engine
