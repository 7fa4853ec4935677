#include "queue/waiting.hpp"

#include <gmock/gmock.h>

namespace spm::queue {
namespace {

using ::testing::HasSubstr;

const Candidacy kFree{"web-1", true, "", false, ""};
const Candidacy kBusy{"web-2", true, "test 7 of USN-1-1", false, ""};
const Candidacy kQuarantined{"web-3", true, "", true, ""};
const Candidacy kOffline{"web-4", true, "", false, "its last check-in was at 2026-11-01T00:00:00Z"};
const Candidacy kHasIt{"web-5", false, "", false, ""};

struct Case {
  std::vector<Candidacy> systems;
  WaitingCode code;
  std::string says;
};

TEST(Waiting, AnItemThatWasAskedForSaysWhatItWaitsFor) {
  for (const Case& one :
       {Case{{}, WaitingCode::NoTestSystem, "no test system"}, Case{{kHasIt}, WaitingCode::NotApplicable, "any of the 1 test systems"},
        Case{{kBusy, kHasIt}, WaitingCode::AllBusy, "web-2 is busy with test 7 of USN-1-1"},
        Case{{kBusy, kQuarantined, kOffline}, WaitingCode::AllBusy, "web-3 is in quarantine"},
        Case{{kQuarantined}, WaitingCode::AllQuarantined, "web-3 is in quarantine until a person releases it"},
        Case{{kQuarantined, kOffline}, WaitingCode::Offline, "web-4 does not answer (its last check-in"},
        Case{{kBusy, kFree}, WaitingCode::Starting, "web-1 is free"}}) {
    WaitingFacts facts;
    facts.was_asked_for = true;
    facts.systems = one.systems;
    const auto waiting = waiting_reason(facts);
    ASSERT_TRUE(waiting);
    EXPECT_EQ(to_string(waiting->code), to_string(one.code));
    EXPECT_THAT(waiting->text, HasSubstr(one.says));
  }
}

TEST(Waiting, AnItemThatNobodyAskedForSaysSoFirst) {
  WaitingFacts facts;
  facts.systems = {kFree};
  EXPECT_EQ(waiting_reason(facts)->code, WaitingCode::NotAsked);
  EXPECT_EQ(waiting_reason(facts)->text.find("besides"), std::string::npos);
  facts.systems = {kQuarantined};
  EXPECT_EQ(waiting_reason(facts)->code, WaitingCode::NotAsked);
  EXPECT_THAT(waiting_reason(facts)->text, HasSubstr("besides, no test system is free: web-3"));
}

TEST(Waiting, WhatATimeOrAPersonMustEnd) {
  WaitingFacts facts;
  facts.status = Status::RetryPending;
  facts.retry_after = parse_time("2026-11-23T10:00:00Z").value();
  facts.failure_reason = "the system is down";
  EXPECT_EQ(waiting_reason(facts)->code, WaitingCode::Retry);
  EXPECT_THAT(waiting_reason(facts)->text, HasSubstr("2026-11-23T10:00:00"));
  EXPECT_THAT(waiting_reason(facts)->text, HasSubstr("the system is down"));
  facts.status = Status::Snoozed;
  facts.snooze_until = facts.retry_after;
  EXPECT_EQ(waiting_reason(facts)->code, WaitingCode::Snoozed);
  facts.status = Status::PendingApproval;
  EXPECT_EQ(waiting_reason(facts)->code, WaitingCode::Decision);
}

TEST(Waiting, ATestOnAllSystemsNamesThoseThatAreNotThrough) {
  WaitingFacts facts;
  facts.status = Status::Testing;
  EXPECT_EQ(waiting_reason(facts), std::nullopt) << "it is being tested";
  facts.unfinished_systems = {"web-1 (test 9)", "web-2 (busy)"};
  EXPECT_EQ(waiting_reason(facts)->code, WaitingCode::OtherSystems);
  EXPECT_THAT(waiting_reason(facts)->text, HasSubstr("2 are not through: web-1 (test 9), web-2 (busy)"));
}

TEST(Waiting, WhatIsAtItsEndDoesNotWait) {
  for (const Status status : {Status::Approved, Status::Rejected, Status::Failed, Status::Superseded, Status::Completed}) {
    WaitingFacts facts;
    facts.status = status;
    EXPECT_EQ(waiting_reason(facts), std::nullopt);
  }
}

}  // namespace
}  // namespace spm::queue
