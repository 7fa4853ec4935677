// The figures of the first page: what counts, and in whose sight.

#include <gmock/gmock.h>

#include "overview/overview.hpp"
#include "tests/integration/queue_rows.hpp"
#include "tests/integration/scoped_caller.hpp"

namespace spm::test {
namespace {

using queue::Status;

class Overview : public testing::Test {
 protected:
  json::value show() {
    const auto response = caller.get("/api/v1/overview");
    EXPECT_EQ(response.status, 200) << response.body;
    return body_of(response);
  }
  QueueId tested(const std::string& name, const std::string& severity) {
    rows.scored({.name = name, .severity = severity});
    const QueueId id = rows.item(name, {Status::Testing});
    rows.test_run(id, 1, "passed");
    rows.move(id, Status::PendingApproval);
    return id;
  }
  static json::object exposed(std::int64_t errata, std::int64_t systems) { return {{"errata", errata}, {"systems", systems}}; }

  TestDatabase database;
  ManualClock clock{*parse_time("2026-03-02T09:15:00Z")};
  QueueRows rows{database.pool(), clock};
  ScopedCaller caller{overview::endpoints(database.pool(), clock), clock};
};

TEST_F(Overview, OfAnEmptyDatabaseSaysThatNothingIsKnown) {
  const auto shown = show();
  EXPECT_EQ(shown.at("decisions").at("waiting").as_int64(), 0);
  EXPECT_TRUE(shown.at("decisions").at("next_due").is_null());
  EXPECT_FALSE(shown.at("exploits_known").as_bool());
  EXPECT_TRUE(shown.at("pace").as_array().empty());
}

TEST_F(Overview, CountsDecisionsByTheirServiceLevel) {
  rows.system({.id = 1});
  tested("USN-1-1", "Critical");
  tested("USN-2-1", "Low");
  database.query("INSERT INTO cves (id, known_exploited) VALUES ('CVE-2026-1111', true)");
  const auto oldest = format_time(clock.now());
  const auto fresh = show().at("decisions");
  EXPECT_EQ(fresh.at("waiting").as_int64(), 2);
  EXPECT_EQ(fresh.at("oldest_since").as_string(), oldest);
  EXPECT_EQ(fresh.at("overdue").as_int64(), 0);
  EXPECT_EQ(fresh.at("known_exploited").as_int64(), 2);
  const auto due = fresh.at("next_due").as_string();
  clock.advance(std::chrono::days(configuration::ServiceLevels{}.critical) - std::chrono::hours(1));
  EXPECT_EQ(show().at("decisions").at("due_soon").as_int64(), 1);
  clock.advance(std::chrono::hours(2));
  const auto late = show().at("decisions");
  EXPECT_EQ(late.at("overdue").as_int64(), 1);
  EXPECT_EQ(late.at("due_soon").as_int64(), 0);
  EXPECT_NE(late.at("next_due").as_string(), due) << "of those that are not past";
}

TEST_F(Overview, CountsErrataAndSystemsThatAreExposedOnceEach) {
  for (const std::int64_t id : {1, 2, 3}) rows.system({.id = id});
  rows.scored({.name = "USN-1-1", .severity = "Critical"});
  rows.scored({.name = "USN-2-1", .severity = "Critical"});
  rows.scored({.name = "USN-3-1", .severity = "High"});
  rows.scored({.name = "USN-4-1", .severity = "Critical"});
  rows.applicable(1, "USN-1-1");
  rows.applicable(2, "USN-1-1");
  rows.applicable(2, "USN-2-1");
  rows.applicable(3, "USN-3-1");
  const auto exposure = show().at("exposure");
  EXPECT_EQ(exposure.at("critical"), exposed(2, 2));
  EXPECT_EQ(exposure.at("high"), exposed(1, 1));
  EXPECT_EQ(exposure.at("known_exploited"), exposed(0, 0));
  EXPECT_EQ(exposure.at("overdue"), exposed(0, 0));
  clock.advance(std::chrono::days(configuration::ServiceLevels{}.critical) + std::chrono::hours(1));
  EXPECT_EQ(show().at("exposure").at("overdue"), exposed(2, 2));
  database.query("UPDATE systems SET gone_at = seen_at WHERE id = 2");
  EXPECT_EQ(show().at("exposure").at("critical"), exposed(1, 1)) << "a system that is gone misses nothing";
}

TEST_F(Overview, ShowsNoMoreThanTheScopeOfTheCaller) {
  for (const std::int64_t id : {1, 2}) rows.system({.id = id});
  database.query("UPDATE systems SET groups = ARRAY['lab'] WHERE id = 2");
  tested("USN-1-1", "Critical");
  tested("USN-2-1", "Critical");
  rows.applicable(1, "USN-1-1");
  rows.applicable(2, "USN-2-1");
  caller.principal.scope.groups = {"lab"};
  const auto shown = show();
  EXPECT_EQ(shown.at("decisions").at("waiting").as_int64(), 1);
  EXPECT_EQ(shown.at("exposure").at("critical"), exposed(1, 1));
}

TEST_F(Overview, TellsHowLongItTookToTestAndToApprove) {
  rows.system({.id = 1});
  rows.scored({.name = "USN-1-1"});
  const QueueId id = rows.item("USN-1-1", {Status::Testing});
  clock.advance(std::chrono::hours(5));
  rows.test_run(id, 1, "passed");
  rows.move(id, Status::PendingApproval);
  clock.advance(std::chrono::hours(20));
  database.query(
      "INSERT INTO patch_approvals (queue_id, test_id, action, actor, reason, decided_at, round, completes, person) "
      "SELECT queue_id, id, 'approve', 'user:ada', '', completed_at + interval '20 hours', 0, true, 'user:ada' FROM patch_tests");
  EXPECT_EQ(
      show().at("pace"),
      (json::array{json::object{
          {"week", "2026-03-02T00:00:00Z"}, {"approved", 1}, {"seconds_to_tested", 5.0 * 3600}, {"seconds_to_approved", 20.0 * 3600}}}));
}

}  // namespace
}  // namespace spm::test
