#include "queue/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "queue/item_json.hpp"

namespace spm::queue {
namespace {

using testing::ElementsAre;

OrderKey key(std::int64_t id, std::int64_t score, double urgency, bool reboot = false, std::int64_t priority = 0) {
  return {priority, reboot, score, urgency, id};
}

std::vector<std::int64_t> order(std::vector<OrderKey> keys, Mode mode) {
  std::sort(keys.begin(), keys.end(), [mode](const OrderKey& a, const OrderKey& b) { return comes_before(a, b, mode); });
  std::vector<std::int64_t> ids;
  for (const OrderKey& one : keys) ids.push_back(one.id);
  return ids;
}

TEST(QueueOrder, SafestPutsRebootsLastAndHighScoresFirst) {
  EXPECT_THAT(order({key(1, 95, 90, true), key(2, 60, 10), key(3, 80, 10)}, Mode::Safest), ElementsAre(3, 2, 1));
}

TEST(QueueOrder, SecurityGoesByUrgencyAlone) {
  EXPECT_THAT(order({key(1, 95, 10), key(2, 20, 90, true), key(3, 80, 50)}, Mode::Security), ElementsAre(2, 3, 1));
}

TEST(QueueOrder, SmartWeighsUrgencyWithScore) {
  EXPECT_THAT(order({key(1, 100, 40), key(2, 20, 90), key(3, 80, 60)}, Mode::Smart), ElementsAre(3, 1, 2));
}

TEST(QueueOrder, APersonsPriorityComesBeforeEverything) {
  for (const Mode mode : {Mode::Safest, Mode::Security, Mode::Smart}) {
    EXPECT_THAT(order({key(1, 100, 100), key(2, 1, 1, true, 5), key(3, 100, 100, false, -1)}, mode), ElementsAre(2, 1, 3));
  }
}

TEST(QueueOrder, TheOlderEntryIsFirstAmongEquals) {
  for (const Mode mode : {Mode::Safest, Mode::Security, Mode::Smart}) {
    EXPECT_THAT(order({key(3, 50, 50), key(1, 50, 50), key(2, 50, 50)}, mode), ElementsAre(1, 2, 3));
  }
}

RC_GTEST_PROP(QueueOrder, IsAStrictTotalOrder, ()) {
  const auto any_key = rc::gen::build<OrderKey>(
      rc::gen::set(&OrderKey::priority_override, rc::gen::inRange<std::int64_t>(-2, 3)), rc::gen::set(&OrderKey::requires_reboot),
      rc::gen::set(&OrderKey::success_score, rc::gen::inRange<std::int64_t>(0, 4)),
      rc::gen::set(&OrderKey::urgency_score, rc::gen::elementOf(std::vector<double>{0, 33.3, 66.6, 100})),
      rc::gen::set(&OrderKey::id, rc::gen::inRange<std::int64_t>(1, 4)));
  const OrderKey a = *any_key;
  const OrderKey b = *any_key;
  const OrderKey c = *any_key;
  for (const Mode mode : {Mode::Safest, Mode::Security, Mode::Smart}) {
    RC_ASSERT(!(comes_before(a, b, mode) && comes_before(b, a, mode)));
    if (a.id != b.id) RC_ASSERT(comes_before(a, b, mode) || comes_before(b, a, mode));
    if (comes_before(a, b, mode) && comes_before(b, c, mode)) RC_ASSERT(comes_before(a, c, mode));
  }
}

TEST(QueueModes, AreReadByTheirWord) {
  for (const Mode mode : {Mode::Safest, Mode::Security, Mode::Smart}) EXPECT_EQ(parse_mode(to_string(mode)), mode);
  EXPECT_EQ(parse_mode("fastest"), std::nullopt);
}

TEST(QueueSeverities, IncludeEverythingFromTheMinimumUp) {
  EXPECT_THAT(*severities_from("Medium"), ElementsAre("Critical", "High", "Medium"));
  EXPECT_THAT(*severities_from("Critical"), ElementsAre("Critical"));
  EXPECT_THAT(*severities_from(std::nullopt), ElementsAre("Critical", "High", "Medium", "Low", "Unknown"));
  EXPECT_EQ(severities_from("medium"), std::nullopt);
}

TEST(QueueOs, KnowsTheFourFamilies) {
  for (const auto* name : {"ubuntu", "debian", "rhel", "suse"}) EXPECT_TRUE(is_known_os(name)) << name;
  EXPECT_FALSE(is_known_os("windows"));
  EXPECT_FALSE(is_known_os("ubuntu-24.04"));
}

TEST(QueueCursor, KeepsThePlaceToTheLastBit) {
  const OrderKey place = key(17, 92, 0.1 + 0.2, true, -7);
  const auto read = place_from(cursor_keys(place, Mode::Smart), Mode::Smart);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->urgency_score, place.urgency_score);
  EXPECT_EQ(read->id, 17);
  EXPECT_EQ(read->priority_override, -7);
  EXPECT_TRUE(read->requires_reboot);
  EXPECT_EQ(read->success_score, 92);
}

TEST(QueueCursor, IsRefusedInAnotherOrderOrWhenItIsNotOne) {
  const json::array good = cursor_keys(key(17, 92, 5), Mode::Safest);
  EXPECT_EQ(place_from(good, Mode::Security), std::nullopt);
  EXPECT_EQ(place_from({}, Mode::Safest), std::nullopt);
  EXPECT_EQ(place_from({1, 2, 3, 4, 5, 6}, Mode::Safest), std::nullopt);
  EXPECT_EQ(place_from({"safest", 0, true, 92, "5; DROP", 17}, Mode::Safest), std::nullopt);
  EXPECT_EQ(place_from({"safest", 0, true, 92, "nan", 17}, Mode::Safest), std::nullopt);
  EXPECT_EQ(place_from({"safest", 5000, true, 92, "5", 17}, Mode::Safest), std::nullopt);
}

}  // namespace
}  // namespace spm::queue
