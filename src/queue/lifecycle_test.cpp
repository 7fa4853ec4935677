// The picture of the domain once more, written independently of the table: every one of the 16 × 16 pairs must agree with it.

#include "queue/lifecycle.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace spm::queue {
namespace {

using Arrows = std::map<std::string, std::set<std::string>>;

const Arrows kPicture = {
    {"queued", {"testing", "superseded"}},
    {"testing", {"pending_approval", "needs_reboot", "failed", "retry_pending"}},
    {"needs_reboot", {"rebooting", "failed", "retry_pending"}},
    {"rebooting", {"testing", "failed", "retry_pending"}},
    {"pending_approval", {"approved", "rejected", "snoozed"}},
    {"snoozed", {"pending_approval"}},
    {"approved", {"promoting", "pending_approval"}},
    {"rejected", {"queued"}},
    {"promoting", {"prod_pending"}},
    {"prod_pending", {"prod_applied", "rolled_back"}},
    {"prod_applied", {"completed", "rolled_back"}},
    {"completed", {}},
    {"rolled_back", {}},
    {"failed", {"queued", "superseded"}},
    {"retry_pending", {"queued", "superseded"}},
    {"superseded", {}},
};

const Arrows kAPersonMayAskFor = {
    {"failed", {"queued"}},     {"rejected", {"queued"}}, {"snoozed", {"pending_approval"}}, {"approved", {"pending_approval"}},
    {"queued", {"superseded"}},
};

bool holds(const Arrows& arrows, const std::string& from, const std::string& to) {
  const auto found = arrows.find(from);
  return found != arrows.end() && found->second.contains(to);
}

TEST(Lifecycle, AllowsExactlyTheArrowsOfThePicture) {
  ASSERT_EQ(kPicture.size(), 16U);
  for (const auto& [from, ignored] : kPicture) {
    for (const auto& [to, also_ignored] : kPicture) {
      const auto from_status = parse_status(from);
      const auto to_status = parse_status(to);
      ASSERT_TRUE(from_status && to_status) << from << ", " << to;
      EXPECT_EQ(is_allowed(*from_status, *to_status), holds(kPicture, from, to)) << from << " -> " << to;
      EXPECT_EQ(may_person_ask(*from_status, *to_status), holds(kAPersonMayAskFor, from, to)) << from << " -> " << to;
    }
  }
}

TEST(Lifecycle, NamesEachTransitionOnce) {
  std::set<std::pair<Status, Status>> seen;
  for (const Transition& transition : transitions()) {
    EXPECT_TRUE(seen.insert({transition.from, transition.to}).second) << to_string(transition.from) << " -> " << to_string(transition.to);
  }
}

TEST(Lifecycle, ReachesEveryStatusFromQueuedAndEndsOnlyInFinalOnes) {
  std::set<Status> reached{Status::Queued};
  for (std::size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const Transition& transition : transitions()) {
      if (reached.contains(transition.from)) reached.insert(transition.to);
    }
  }
  EXPECT_EQ(reached.size(), 16U);
  std::set<std::string> without_way_on;
  for (const Status status : reached) {
    bool goes_on = false;
    for (const Transition& transition : transitions()) goes_on = goes_on || transition.from == status;
    if (!goes_on) without_way_on.insert(std::string(to_string(status)));
  }
  EXPECT_EQ(without_way_on, (std::set<std::string>{"completed", "rolled_back", "superseded"}));
}

TEST(Lifecycle, ReadsAndWritesTheWordsOfTheContract) {
  for (const auto& [word, ignored] : kPicture) EXPECT_EQ(to_string(*parse_status(word)), word);
  EXPECT_EQ(parse_status("Queued"), std::nullopt);
  EXPECT_EQ(parse_status(""), std::nullopt);
  for (const std::string word : {"infra", "transient", "patch", "regression"}) EXPECT_EQ(to_string(*parse_failure_class(word)), word);
  EXPECT_EQ(parse_failure_class("unknown"), std::nullopt);
}

}  // namespace
}  // namespace spm::queue
