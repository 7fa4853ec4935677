// The catalogue as other slices and callers of the API see it.

#include "catalogue/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/sync.hpp"
#include "tests/integration/fake_sources.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::catalogue {
namespace {

using http::Method;
using testing::ElementsAre;
using testing::IsEmpty;

class Catalogue : public testing::Test {
 protected:
  std::vector<std::string> list(const std::multimap<std::string, std::string>& query) {
    const auto answer = caller.call(Method::Get, "/api/v1/errata", nullptr, query);
    std::vector<std::string> out;
    if (answer.status != 200) return {answer.error};
    for (const auto& item : answer.body.at("items").as_array()) out.push_back(json::value_to<std::string>(item.at("errata_id")));
    return out;
  }
  test::Caller::Answer status_of(std::size_t source) {
    auto answer = caller.call(Method::Get, "/api/v1/sync/status");
    answer.body = answer.body.at("sources").at(source).as_object();
    return answer;
  }
  void register_job(const std::string& name) {
    database.query("INSERT INTO periodic_jobs (name, interval_seconds, next_run_at) VALUES ('" + name + "', 1800, '2026-11-23T08:20:00Z')");
  }

  test::TestDatabase database;
  test::ManualClock clock;
  test::QueueRows rows{database.pool(), clock};
  test::Caller caller{endpoints(database.pool(), clock, {Source::Uyuni}), clock};
};

TEST_F(Catalogue, FiltersAreJoined) {
  rows.erratum({.name = "USN-1-1", .severity = "Critical"});
  rows.erratum({.name = "USN-2-1", .severity = "Low"});
  rows.erratum({.name = "RHSA-2026:1", .target_os = "rhel", .severity = "Medium", .has_packages = false, .in_uyuni = false});
  rows.erratum({.name = "DSA-1-1", .target_os = "debian", .withdrawn_at = clock.now()});
  rows.system({.id = 1});
  rows.applicable(1, "USN-2-1");
  EXPECT_THAT(list({{"sort", "errata_id"}}), ElementsAre("RHSA-2026:1", "USN-1-1", "USN-2-1")) << "withdrawn ones are left out";
  EXPECT_THAT(list({{"sort", "severity"}}), ElementsAre("USN-1-1", "RHSA-2026:1", "USN-2-1"));
  EXPECT_THAT(list({{"os", "rhel"}}), ElementsAre("RHSA-2026:1"));
  EXPECT_THAT(list({{"os", "ubuntu"}, {"severity", "Low"}}), ElementsAre("USN-2-1"));
  EXPECT_THAT(list({{"type", "bugfix"}}), IsEmpty());
  EXPECT_THAT(list({{"cve", "CVE-2026-1111"}, {"sort", "errata_id"}}), ElementsAre("RHSA-2026:1", "USN-1-1", "USN-2-1"));
  EXPECT_THAT(list({{"package", "openssl"}, {"sort", "errata_id"}}), ElementsAre("USN-1-1", "USN-2-1"));
  EXPECT_THAT(list({{"package", "open"}}), IsEmpty()) << "the exact name";
  EXPECT_THAT(list({{"source", "uyuni"}, {"sort", "errata_id"}}), ElementsAre("USN-1-1", "USN-2-1"));
  EXPECT_THAT(list({{"source", "spm_sync"}}), IsEmpty());
  EXPECT_THAT(list({{"applicable", "true"}}), ElementsAre("USN-2-1"));
  for (const std::string sort : {"issued_at", "severity", "errata_id"}) {
    EXPECT_THAT(list({{"system_id", "1"}, {"sort", sort}}), ElementsAre("USN-2-1"));
    EXPECT_THAT(list({{"system_id", "2"}, {"sort", sort}}), testing::IsEmpty());
  }
  EXPECT_THAT(list({{"applicable", "false"}, {"sort", "errata_id"}}), ElementsAre("RHSA-2026:1", "USN-1-1"));
  EXPECT_THAT(list({{"q", "rhsa"}}), ElementsAre("RHSA-2026:1"));
  EXPECT_THAT(list({{"q", "100%_"}}), IsEmpty()) << "no wildcards";
}

TEST_F(Catalogue, EveryOrderCanBePagedByOffsetAndByCursor) {
  for (int i = 0; i < 7; ++i) {
    rows.erratum({.name = "USN-" + std::to_string(i) + "-1", .severity = i % 2 == 0 ? "High" : "Critical"});
    if (i > 3)
      database.query("UPDATE errata_cache SET issued_at = '2026-11-0" + std::to_string(i / 2) + "T00:00:00Z' WHERE advisory_name = 'USN-" +
                     std::to_string(i) + "-1'");
  }
  for (const std::string sort : {"issued_at", "severity", "errata_id"}) {
    const auto all = list({{"sort", sort}});
    ASSERT_EQ(all.size(), 7U);
    std::vector<std::string> by_cursor;
    std::multimap<std::string, std::string> query{{"sort", sort}, {"limit", "2"}};
    while (true) {
      const auto page = caller.call(Method::Get, "/api/v1/errata", nullptr, query);
      ASSERT_EQ(page.status, 200) << page.message;
      EXPECT_EQ(page.body.at("total").as_int64(), 7);
      for (const auto& item : page.body.at("items").as_array()) by_cursor.push_back(json::value_to<std::string>(item.at("errata_id")));
      if (page.body.at("next_cursor").is_null()) break;
      query.erase("cursor");
      query.emplace("cursor", json::value_to<std::string>(page.body.at("next_cursor")));
    }
    EXPECT_EQ(by_cursor, all) << sort;
    const auto offset = list({{"sort", sort}, {"limit", "3"}, {"offset", "3"}});
    EXPECT_EQ(offset, std::vector<std::string>(all.begin() + 3, all.begin() + 6)) << sort;
  }
  EXPECT_THAT(list({{"cursor", "6e6f"}}), ElementsAre("validation_error"));
  const auto other = caller.call(Method::Get, "/api/v1/errata", nullptr, {{"sort", "errata_id"}, {"limit", "2"}});
  const auto cursor = json::value_to<std::string>(other.body.at("next_cursor"));
  EXPECT_THAT(list({{"sort", "severity"}, {"cursor", cursor}}), ElementsAre("validation_error")) << "a cursor belongs to its order";
}

TEST_F(Catalogue, DetailNamesPackagesAndSystems) {
  rows.erratum({.name = "USN-1-1"});
  rows.system({.id = 7});
  rows.applicable(7, "USN-1-1");
  const auto shown = caller.call(Method::Get, "/api/v1/errata/USN-1-1");
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body.at("packages").at(0).at("size_kb").as_int64(), 500);
  EXPECT_EQ(shown.body.at("applicable_systems").at(0).at("id").as_int64(), 7);
  EXPECT_EQ(shown.body.at("applicable_system_count").as_int64(), 1);
  EXPECT_TRUE(shown.body.at("dependency_count").is_null());
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/errata/USN-404-1").error, "not_found");
}

TEST_F(Catalogue, StatsCountWhatIsThere) {
  rows.erratum({.name = "USN-1-1", .severity = "Critical"});
  rows.erratum({.name = "RHSA-2026:1", .target_os = "rhel"});
  const auto stats = caller.call(Method::Get, "/api/v1/errata/cache/stats");
  EXPECT_EQ(stats.body.at("total").as_int64(), 2);
  EXPECT_EQ(stats.body.at("by_severity").at("Critical").as_int64(), 1);
  EXPECT_EQ(stats.body.at("by_os").at("rhel").as_int64(), 1);
  EXPECT_EQ(stats.body.at("by_type").at("security").as_int64(), 2);
  EXPECT_TRUE(stats.body.at("last_sync").is_null());
}

TEST_F(Catalogue, TriggerMakesARunAndMakesItsJobDue) {
  register_job("sync_uyuni");
  const auto first = caller.call(Method::Post, "/api/v1/sync/trigger", json::object{{"source", "uyuni"}});
  ASSERT_EQ(first.status, 202) << first.message;
  EXPECT_FALSE(first.body.at("already_running").as_bool());
  const auto second = caller.call(Method::Post, "/api/v1/sync/trigger");
  EXPECT_TRUE(second.body.at("already_running").as_bool());
  EXPECT_EQ(second.body.at("run_id"), first.body.at("run_id"));
  EXPECT_EQ(database.query("SELECT 1 AS one FROM periodic_jobs WHERE next_run_at = '2026-11-23T08:00:00Z'").size(), 1U);
  EXPECT_EQ(database.query("SELECT 1 AS one FROM audit_log WHERE action = 'sync.trigger'").size(), 1U);
  EXPECT_TRUE(status_of(0).body.at("running").as_bool());
}

TEST_F(Catalogue, TriggerOfASourceThatIsNotThereIsRefused) {
  const auto not_configured = caller.call(Method::Post, "/api/v1/sync/trigger", json::object{{"source", "spm_sync"}});
  EXPECT_EQ(not_configured.error, "service_unavailable");
  const auto no_worker = caller.call(Method::Post, "/api/v1/sync/trigger");
  EXPECT_EQ(no_worker.error, "service_unavailable");
  EXPECT_TRUE(database.query("SELECT id FROM sync_runs").empty()) << "nothing stays behind";
}

TEST_F(Catalogue, StatusAndHistoryFollowTheRuns) {
  register_job("sync_uyuni");
  EXPECT_FALSE(status_of(0).body.at("running").as_bool());
  EXPECT_FALSE(status_of(1).body.at("enabled").as_bool());
  test::FakeInventory uyuni;
  uyuni.add_system(1, "lab01", {"test-ubuntu-2404"});
  uyuni.add_erratum("USN-1-1", {1});
  SyncContext context{database.pool(), clock, {&uyuni, nullptr}, {}, nullptr};
  ASSERT_TRUE(sync_uyuni(context, {}));
  uyuni.down = test::unreachable();
  clock.advance(std::chrono::minutes(30));
  ASSERT_FALSE(sync_uyuni(context, {}));
  const auto status = status_of(0).body;
  EXPECT_EQ(status.at("source").as_string(), "uyuni");
  EXPECT_EQ(status.at("last_success").as_string(), "2026-11-23T08:00:00Z");
  EXPECT_EQ(status.at("last_error").as_string(), "UYUNI did not answer within 10 s");
  EXPECT_EQ(status.at("next_run").as_string(), "2026-11-23T08:20:00Z");
  const auto runs = caller.call(Method::Get, "/api/v1/sync/runs");
  EXPECT_EQ(runs.body.at("total").as_int64(), 2);
  EXPECT_EQ(runs.body.at("items").at(0).at("status").as_string(), "failed");
  EXPECT_EQ(runs.body.at("items").at(1).at("inserted").as_int64(), 1);
  const auto failed = caller.call(Method::Get, "/api/v1/sync/runs", nullptr, {{"status", "failed"}, {"source", "uyuni"}});
  EXPECT_EQ(failed.body.at("total").as_int64(), 1);
  const auto id = std::to_string(runs.body.at("items").at(1).at("id").as_int64());
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/sync/runs/" + id).body.at("requested_by").as_string(), "schedule");
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/sync/runs/4711").error, "not_found");
}

TEST_F(Catalogue, FreeTestSystemsAreThereHealthyAndIdle) {
  rows.system({.id = 1});
  rows.system({.id = 2});
  rows.system({.id = 3, .role = "production"});
  rows.system({.id = 4, .target_os = "rhel"});
  const auto free = [&] {
    db::Tx tx(database.pool());
    std::vector<std::int64_t> ids;
    for (const auto& system : free_test_systems(tx, "ubuntu")) ids.push_back(system.id.value);
    return ids;
  };
  EXPECT_THAT(free(), ElementsAre(1, 2));
  {
    db::Tx tx(database.pool());
    quarantine(tx, {1}, "versions differ after the rollback", clock.now());
    quarantine(tx, {1}, "another reason", clock.now());
    tx.commit();
  }
  EXPECT_THAT(free(), ElementsAre(2));
  db::Tx tx(database.pool());
  EXPECT_EQ(find_system(tx, {1})->quarantine_reason, "versions differ after the rollback");
}

}  // namespace
}  // namespace spm::catalogue
