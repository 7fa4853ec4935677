// Managed systems as people see and steer them.

#include "systems/systems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/catalogue.hpp"
#include "catalogue/sync.hpp"
#include "tests/integration/fake_sources.hpp"
#include "tests/integration/queue_rows.hpp"
#include "tests/integration/scoped_caller.hpp"

namespace spm::systems {
namespace {

using http::Method;
using test::body_of;
using test::each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Systems : public testing::Test {
 protected:
  // web01 (1), db01 (2), lab01 (3, a test system); USN-1-1 misses on all, USN-2-1 on web01.
  Systems() {
    uyuni.group_list = {{"web", "front", 1, 1}, {"data", "behind", 2, 1}, {"test-ubuntu-2404", "tests", 1, 1}};
    uyuni.organisation_list = {{1, "Hospital"}, {2, "Laboratory"}};
    uyuni.add_system(1, "web01", {"web"});
    uyuni.add_system(2, "db01", {"data"});
    uyuni.add_system(3, "lab01", {"test-ubuntu-2404"});
    uyuni.system_list[0].reboot_pending = true;
    uyuni.system_list[0].last_checkin = clock.now() - std::chrono::hours(1);
    uyuni.system_list[1].org_id = 2;
    uyuni.add_erratum("USN-1-1", {1, 2, 3});
    uyuni.add_erratum("USN-2-1", {1}, "curl", "8.0-1");
    sync();
  }
  void sync() {
    const catalogue::SyncContext context{database.pool(), clock, {&uyuni, nullptr}, {}, [this](const std::vector<AdvisoryName>& names) {
                                           (void)scoring::recalculate(database.pool(), names, scoring::Force::No, {}, clock.now());
                                         }};
    const auto report = catalogue::sync_uyuni(context, {});
    ASSERT_TRUE(report) << report.error().message;
  }
  http::Response list(const std::string& query = "") { return caller.get("/api/v1/systems", query); }
  json::value show(int id) { return body_of(caller.get("/api/v1/systems/" + std::to_string(id))); }
  http::Response change(int id, const json::value& body) {
    return caller.write(Method::Patch, "/api/v1/systems/" + std::to_string(id), body);
  }
  http::Response release(int id, const std::string& reason) {
    return caller.write(Method::Post, "/api/v1/systems/" + std::to_string(id) + "/release", json::object{{"reason", reason}});
  }
  void quarantine(int id) {
    db::Tx tx(database.pool());
    catalogue::quarantine(tx, SystemId{id}, "the old versions did not come back", clock.now());
    tx.commit();
  }
  std::string one(const std::string& sql) { return database.query(sql)[0].text("value"); }

  test::TestDatabase database;
  test::ManualClock clock;
  test::FakeInventory uyuni;
  test::ScopedCaller caller{endpoints(database.pool(), clock, {}, 9100), clock};
};

TEST_F(Systems, AreFilteredAndOrdered) {
  quarantine(3);
  EXPECT_THAT(each(list(), "name"), ElementsAre("db01", "lab01", "web01"));
  EXPECT_THAT(each(list("sort=last_checkin_at"), "name"), ElementsAre("db01", "lab01", "web01")) << "never heard of comes first";
  EXPECT_THAT(each(list("role=test"), "name"), ElementsAre("lab01"));
  EXPECT_THAT(each(list("group=web"), "name"), ElementsAre("web01"));
  EXPECT_THAT(each(list("os=rhel"), "name"), IsEmpty());
  EXPECT_THAT(each(list("org=2"), "name"), ElementsAre("db01"));
  EXPECT_THAT(each(list("reboot_pending=true"), "name"), ElementsAre("web01"));
  EXPECT_THAT(each(list("quarantined=true"), "name"), ElementsAre("lab01"));
  EXPECT_THAT(each(list("quarantined=false"), "name"), ElementsAre("db01", "web01"));
  EXPECT_THAT(each(list("q=B0"), "name"), ElementsAre("db01", "lab01", "web01"));
  EXPECT_THAT(each(list("q=WEB"), "applicable_errata"), ElementsAre("2"));
  EXPECT_EQ(body_of(list("q=WEB")).at("total"), json::value(1));
  EXPECT_EQ(list("sort=ip").status, 400);
}

TEST_F(Systems, TheCursorWalksBothOrdersOnce) {
  for (const std::string sort : {"name", "last_checkin_at"}) {
    std::vector<std::string> names;
    json::value cursor;
    do {
      const auto page = list("limit=1&sort=" + sort + (cursor.is_null() ? "" : "&cursor=" + json::value_to<std::string>(cursor)));
      for (const auto& name : each(page, "name")) names.push_back(name);
      cursor = body_of(page).at("next_cursor");
    } while (!cursor.is_null() && names.size() < 9);
    EXPECT_THAT(names, ElementsAre("db01", "lab01", "web01")) << sort;
  }
  const auto by_name = json::value_to<std::string>(body_of(list("limit=1")).at("next_cursor"));
  EXPECT_EQ(list("sort=last_checkin_at&cursor=" + by_name).status, 400) << "a cursor of another order";
}

TEST_F(Systems, ShowFactsWithSourceAndAge) {
  clock.advance(std::chrono::seconds(90));
  const auto web = show(1);
  EXPECT_EQ(web.at("applicable_by_severity").at("High"), json::value(2));
  EXPECT_TRUE(web.at("current_test").is_null());
  bool is_found = false;
  for (const auto& fact : web.at("facts").as_array()) {
    if (fact.at("name").as_string() != "reboot_pending") continue;
    is_found = true;
    EXPECT_EQ(fact.at("value"), json::value(true));
    EXPECT_EQ(fact.at("source"), json::value("uyuni"));
    EXPECT_EQ(fact.at("age_seconds"), json::value(90));
  }
  EXPECT_TRUE(is_found);
  EXPECT_EQ(caller.get("/api/v1/systems/99").status, 404);
}

TEST_F(Systems, ARoleThatAPersonGaveStandsUntilItIsGivenBack) {
  EXPECT_EQ(body_of(change(1, json::object{{"role", "test"}})).at("role_source"), json::value("person"));
  clock.advance(std::chrono::minutes(1));
  sync();
  EXPECT_EQ(show(1).at("role"), json::value("test")) << "the sync leaves it alone";
  const auto back = body_of(change(1, json::object{{"role", nullptr}}));
  EXPECT_EQ(back.at("role"), json::value("production"));
  EXPECT_EQ(back.at("role_source"), json::value("uyuni"));
  EXPECT_EQ(one("SELECT string_agg(action || ' by ' || actor, ', ' ORDER BY id) AS value FROM audit_log WHERE subject_type = 'system'"),
            "system.change by user:ada, system.change by user:ada");
}

TEST_F(Systems, ARiskContextChangesTheUrgencyOfWhatTheSystemMisses) {
  const auto urgency = [&] {
    return std::stod(one("SELECT urgency_score::text AS value FROM risk_profiles WHERE advisory_name = 'USN-2-1'"));
  };
  const auto before = urgency();
  const auto answer = body_of(change(1, json::object{{"risk_context", {{"exposure", "external"}, {"criticality", "critical"}}}}));
  EXPECT_EQ(answer.at("risk_context"), (json::value{{"exposure", "external"}, {"criticality", "critical"}, {"data", "internal"}}));
  EXPECT_EQ(answer.at("rescored_errata"), json::value(2));
  EXPECT_GT(urgency(), before);
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM events WHERE topic = 'system' AND payload ->> 'type' = 'system.changed'"), "1");
}

TEST_F(Systems, AChangeThatChangesNothingLeavesNoTrace) {
  EXPECT_EQ(change(1, json::object{{"risk_context", {{"exposure", "internal"}}}}).status, 200);
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM audit_log"), "0");
  EXPECT_EQ(change(1, json::object{{"risk_context", {{"exposure", "moon"}}}}).status, 400);
  EXPECT_EQ(change(1, json::object{{"name", "web02"}}).status, 400);
}

TEST_F(Systems, AQuarantineEndsOnceAndWithAReason) {
  EXPECT_EQ(release(3, "checked").status, 409) << "it is in none";
  quarantine(3);
  EXPECT_EQ(release(3, "  ").status, 400);
  const auto released = release(3, "compared with the baseline by hand");
  ASSERT_EQ(released.status, 200) << released.body;
  EXPECT_TRUE(body_of(released).at("quarantined_at").is_null());
  EXPECT_EQ(release(3, "again").status, 409);
  EXPECT_EQ(one("SELECT reason AS value FROM audit_log WHERE action = 'system.release'"), "compared with the baseline by hand");
  EXPECT_EQ(one("SELECT payload ->> 'name' AS value FROM events WHERE payload ->> 'type' = 'system.released'"), "lab01");
}

TEST_F(Systems, OutsideOfTheScopeNothingExists) {
  quarantine(2);
  caller.principal.scope.groups = {"web"};
  EXPECT_THAT(each(list(), "name"), ElementsAre("web01"));
  EXPECT_EQ(body_of(list()).at("total"), json::value(1));
  EXPECT_EQ(caller.get("/api/v1/systems/2").status, 404);
  EXPECT_EQ(change(2, json::object{{"role", "test"}}).status, 404);
  EXPECT_EQ(release(2, "mine now").status, 404);
  EXPECT_THAT(each(caller.get("/api/v1/groups"), "name"), ElementsAre("web"));
  EXPECT_EQ(caller.get("/api/v1/groups/data/patches").status, 404);
  caller.principal.scope.organisations = {2};
  EXPECT_THAT(each(list(), "name"), ElementsAre("db01", "web01")) << "in one of either kind";
  EXPECT_THAT(each(caller.get("/api/v1/orgs"), "name"), UnorderedElementsAre("Hospital", "Laboratory"));
  caller.principal.scope.groups = {};
  EXPECT_THAT(each(caller.get("/api/v1/orgs"), "name"), ElementsAre("Laboratory"));
}

TEST_F(Systems, OrganisationsAndGroupsCountWhatTheirSystemsMiss) {
  const auto orgs = body_of(caller.get("/api/v1/orgs")).at("items");
  EXPECT_EQ(orgs.at(0).at("system_count"), json::value(2));
  EXPECT_EQ(orgs.at(0).at("test_system_count"), json::value(1));
  EXPECT_EQ(orgs.at(0).at("group_count"), json::value(2));
  EXPECT_EQ(orgs.at(0).at("applicable_errata"), json::value(2));
  EXPECT_THAT(each(caller.get("/api/v1/groups"), "name"), ElementsAre("data", "test-ubuntu-2404", "web"));
  EXPECT_THAT(each(caller.get("/api/v1/groups"), "applicable_errata"), ElementsAre("1", "1", "2"));
  EXPECT_THAT(each(caller.get("/api/v1/groups", "org_id=2"), "name"), ElementsAre("data"));
  EXPECT_THAT(each(caller.get("/api/v1/groups", "limit=1&offset=1"), "name"), ElementsAre("test-ubuntu-2404"));
}

TEST_F(Systems, PatchesOfAGroupSayWhichIsTheLatest) {
  (void)database.query("UPDATE errata_cache SET superseded_by = 'USN-2-1' WHERE advisory_name = 'USN-1-1' RETURNING 'x' AS value");
  const auto patches = caller.get("/api/v1/groups/web/patches");
  EXPECT_THAT(each(patches, "errata_id"), ElementsAre("USN-1-1", "USN-2-1"));
  EXPECT_THAT(each(patches, "is_latest"), ElementsAre("false", "true"));
  EXPECT_THAT(each(patches, "superseded_by"), ElementsAre("USN-2-1", "null"));
  EXPECT_THAT(each(patches, "applicable_system_count"), ElementsAre("1", "1"));
  EXPECT_THAT(each(caller.get("/api/v1/groups/web/patches", "latest=true"), "errata_id"), ElementsAre("USN-2-1"));
  EXPECT_THAT(each(caller.get("/api/v1/groups/web/patches", "q=CURL"), "errata_id"), ElementsAre("USN-2-1"));
  EXPECT_EQ(caller.get("/api/v1/groups/none/patches").status, 404);
}

TEST_F(Systems, PrometheusFindsTheExportersOfTestSystems) {
  const auto targets = body_of(caller.get("/api/v1/prometheus/targets"));
  ASSERT_EQ(targets.as_array().size(), 1U);
  EXPECT_EQ(targets.at(0).at("targets").at(0), json::value("192.0.2.3:9100"));
  EXPECT_EQ(targets.at(0).at("labels").at("system"), json::value("lab01"));
}

}  // namespace
}  // namespace spm::systems
