// Both syncs on a real database with fake sources: what they store, what they leave alone, and what survives every failure.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/catalogue.hpp"
#include "catalogue/sync.hpp"
#include "tests/integration/fake_sources.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::catalogue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Sync : public testing::Test {
 protected:
  Sync() {
    uyuni.add_system(1, "lab01", {"test-ubuntu-2404"});
    uyuni.add_system(2, "web01", {"web"});
    uyuni.add_erratum("USN-1-1", {1, 2});
    uyuni.add_erratum("USN-2-1", {1}, "curl", "8.0-1");
    context.settings.uyuni_concurrency = 3;
  }

  Result<SyncReport> from_uyuni() {
    changed.clear();
    return sync_uyuni(context, {});
  }
  Result<SyncReport> from_spm_sync() {
    changed.clear();
    return sync_spm_sync(context, {});
  }
  std::optional<Erratum> erratum(const std::string& name) {
    db::Tx tx(database.pool());
    return find(tx, {name});
  }
  std::vector<std::string> missing_on(std::int64_t system) {
    std::vector<std::string> out;
    for (const auto row :
         database.query("SELECT advisory_name FROM system_errata WHERE system_id = " + std::to_string(system) + " ORDER BY 1")) {
      out.push_back(row.text("advisory_name"));
    }
    return out;
  }
  std::string one(const std::string& sql) { return database.query(sql)[0].text("value"); }

  test::TestDatabase database;
  test::ManualClock clock;
  test::FakeInventory uyuni;
  test::FakeCatalogue spm_sync;
  std::vector<std::string> changed;
  SyncContext context{database.pool(), clock, {&uyuni, &spm_sync}, {}, [this](const std::vector<AdvisoryName>& names) {
                        for (const auto& name : names) changed.push_back(name.value);
                      }};
};

TEST_F(Sync, StoresSystemsErrataAndWhoMissesWhat) {
  const auto report = from_uyuni();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->inserted, 2);
  EXPECT_EQ(report->updated, 0) << "details of a new erratum are not an update of it";
  EXPECT_THAT(missing_on(1), ElementsAre("USN-1-1", "USN-2-1"));
  EXPECT_THAT(missing_on(2), ElementsAre("USN-1-1"));
  const auto stored = erratum("USN-1-1").value();
  EXPECT_EQ(stored.target_os, "ubuntu");
  EXPECT_EQ(stored.distribution, "ubuntu-24.04");
  EXPECT_EQ(stored.severity, ports::Severity::High);
  EXPECT_EQ(stored.total_size_kb, 196);
  EXPECT_THAT(stored.cves, ElementsAre("CVE-2026-1001"));
  EXPECT_THAT(changed, ElementsAre("USN-1-1", "USN-2-1"));
  db::Tx tx(database.pool());
  EXPECT_EQ(find_system(tx, {1})->role, Role::Test);
  EXPECT_EQ(find_system(tx, {2})->role, Role::Production);
}

TEST_F(Sync, UnchangedSyncWritesNothingAndAsksForNoDetails) {
  ASSERT_TRUE(from_uyuni());
  const auto before = one("SELECT string_agg(xmin::text, ',' ORDER BY advisory_name) AS value FROM errata_cache");
  uyuni.detail_calls = 0;
  clock.advance(std::chrono::hours(1));
  const auto report = from_uyuni();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->inserted + report->updated + report->withdrawn + report->skipped, 0);
  EXPECT_EQ(uyuni.detail_calls, 0);
  EXPECT_EQ(one("SELECT string_agg(xmin::text, ',' ORDER BY advisory_name) AS value FROM errata_cache"), before) << "rows were rewritten";
  EXPECT_THAT(changed, IsEmpty());
}

TEST_F(Sync, ReadsDetailsAgainOnlyWhereTheUpdateDateChanged) {
  ASSERT_TRUE(from_uyuni());
  uyuni.detail_calls = 0;
  uyuni.details[{"USN-2-1"}].severity = ports::Severity::Critical;
  uyuni.missing[{1}][1].update_date = "2026-11-22";
  const auto report = from_uyuni();
  ASSERT_TRUE(report);
  EXPECT_EQ(uyuni.detail_calls, 1);
  EXPECT_EQ(report->updated, 1);
  EXPECT_EQ(erratum("USN-2-1")->severity, ports::Severity::Critical);
  EXPECT_THAT(changed, ElementsAre("USN-2-1"));
}

TEST_F(Sync, InstalledErratumIsNoLongerMissingButStaysInTheCatalogue) {
  ASSERT_TRUE(from_uyuni());
  uyuni.missing[{1}].pop_back();
  const auto report = from_uyuni();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->withdrawn, 1);
  EXPECT_THAT(missing_on(1), ElementsAre("USN-1-1"));
  EXPECT_EQ(erratum("USN-2-1")->withdrawn_at, std::nullopt);
}

TEST_F(Sync, RetractedErratumIsWithdrawnAndNowhereMissing) {
  ASSERT_TRUE(from_uyuni());
  uyuni.missing[{1}][1].retracted = true;
  const auto report = from_uyuni();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->withdrawn, 1);
  EXPECT_THAT(missing_on(1), ElementsAre("USN-1-1"));
  EXPECT_NE(erratum("USN-2-1")->withdrawn_at, std::nullopt);
  const auto again = from_uyuni();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->withdrawn, 0);
}

TEST_F(Sync, SystemThatTheAnswerLeftOutKeepsItsRows) {
  ASSERT_TRUE(from_uyuni());
  uyuni.left_out = {{1}};
  ASSERT_TRUE(from_uyuni());
  EXPECT_THAT(missing_on(1), ElementsAre("USN-1-1", "USN-2-1"));
}

TEST_F(Sync, OneUnreadableSystemDoesNotStopTheOthers) {
  uyuni.spoiling = {{1}};
  const auto report = from_uyuni();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->skipped, 1);
  EXPECT_THAT(missing_on(1), IsEmpty());
  EXPECT_THAT(missing_on(2), ElementsAre("USN-1-1"));
}

TEST_F(Sync, EmptySystemListIsNotBelieved) {
  ASSERT_TRUE(from_uyuni());
  uyuni.system_list.clear();
  const auto report = from_uyuni();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::UyuniError);
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM systems WHERE gone_at IS NULL"), "2");
  EXPECT_THAT(missing_on(2), ElementsAre("USN-1-1"));
}

TEST_F(Sync, LostGroupsDoNotTurnTestSystemsIntoProduction) {
  ASSERT_TRUE(from_uyuni());
  uyuni.group_list.clear();
  for (auto& system : uyuni.system_list) system.groups.clear();
  ASSERT_FALSE(from_uyuni());
  db::Tx tx(database.pool());
  EXPECT_EQ(find_system(tx, {1})->role, Role::Test);
}

TEST_F(Sync, SystemThatIsGoneAndComesBack) {
  ASSERT_TRUE(from_uyuni());
  const auto web = uyuni.system_list.back();
  uyuni.system_list.pop_back();
  ASSERT_TRUE(from_uyuni());
  {
    db::Tx tx(database.pool());
    EXPECT_EQ(applicable_systems(tx, {"USN-1-1"}).size(), 1U);
  }
  uyuni.system_list.push_back(web);
  ASSERT_TRUE(from_uyuni());
  db::Tx tx(database.pool());
  EXPECT_EQ(applicable_systems(tx, {"USN-1-1"}).size(), 2U);
}

TEST_F(Sync, OneBadErratumIsSkippedAndTriedAgain) {
  uyuni.broken[{"USN-1-1"}] = {ErrorCode::UyuniError, "getDetails answered nonsense", {}, UpstreamFailure::BadAnswer};
  const auto report = from_uyuni();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->skipped, 1);
  EXPECT_TRUE(erratum("USN-2-1")->packages);
  EXPECT_FALSE(erratum("USN-1-1")->packages) << "unknown, not empty";
  EXPECT_THAT(missing_on(2), ElementsAre("USN-1-1"));
  uyuni.broken.clear();
  ASSERT_TRUE(from_uyuni());
  EXPECT_TRUE(erratum("USN-1-1")->packages);
}

TEST_F(Sync, ErratumThatTheDatabaseRefusesDoesNotStopTheOthers) {
  const std::string too_long(200, 'X');
  uyuni.add_erratum(too_long, {1});
  const auto report = from_uyuni();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->inserted, 2);
  EXPECT_GE(report->skipped, 1);
  EXPECT_THAT(missing_on(1), ElementsAre("USN-1-1", "USN-2-1"));
}

TEST_F(Sync, UnreachableUyuniFailsTheRunAndLosesNothing) {
  ASSERT_TRUE(from_uyuni());
  uyuni.down = test::unreachable();
  const auto report = from_uyuni();
  ASSERT_FALSE(report);
  EXPECT_THAT(missing_on(1), ElementsAre("USN-1-1", "USN-2-1"));
  EXPECT_EQ(one("SELECT status || ': ' || error AS value FROM sync_runs ORDER BY id DESC LIMIT 1"),
            "failed: UYUNI did not answer within 10 s");
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM events WHERE topic = 'sync'"), "2");
}

TEST_F(Sync, UyuniThatGoesAwayDuringTheDetailsFailsTheRunWithWhatItHas) {
  for (const auto* name : {"USN-1-1", "USN-2-1"}) uyuni.broken[{name}] = test::unreachable();
  ASSERT_FALSE(from_uyuni());
  EXPECT_THAT(missing_on(1), ElementsAre("USN-1-1", "USN-2-1"));
  EXPECT_THAT(changed, IsEmpty()) << "nothing can be scored yet";
  uyuni.broken.erase({"USN-2-1"});
  EXPECT_TRUE(from_uyuni()) << "one of two is a bad erratum, not a bad server";
  EXPECT_THAT(changed, ElementsAre("USN-2-1"));
}

TEST_F(Sync, DetailsAreReadInParallelButBounded) {
  for (int i = 0; i < 40; ++i) uyuni.add_erratum("USN-90" + std::to_string(i) + "-1", {1}, "p" + std::to_string(i));
  ASSERT_TRUE(from_uyuni());
  EXPECT_LE(uyuni.most_parallel, 3);
  EXPECT_EQ(uyuni.detail_calls, 42);
}

TEST_F(Sync, NewerErratumSupersedesAndTheOlderIsReported) {
  ASSERT_TRUE(from_uyuni());
  uyuni.add_erratum("USN-3-1", {1}, "openssl", "3.0-2");
  ASSERT_TRUE(from_uyuni());
  EXPECT_EQ(erratum("USN-1-1")->superseded_by, (AdvisoryName{"USN-3-1"}));
  EXPECT_THAT(changed, UnorderedElementsAre("USN-1-1", "USN-3-1"));
  for (auto& erratum : uyuni.missing[{1}]) erratum.retracted = erratum.name.value == "USN-3-1";
  ASSERT_TRUE(from_uyuni());
  EXPECT_EQ(erratum("USN-1-1")->superseded_by, std::nullopt) << "a withdrawn erratum covers nothing";
}

// ---------------------------------------------------------------- SPM-SYNC

TEST_F(Sync, CatalogueAddsWhatIsComingWithoutAskingForPackages) {
  spm_sync.add("USN-8-1", ports::Severity::Critical);
  spm_sync.add("USN-9-1");
  const auto report = from_spm_sync();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->inserted, 2);
  EXPECT_EQ(spm_sync.package_calls, 0);
  EXPECT_EQ(erratum("USN-8-1")->packages, std::nullopt);
  const auto again = from_spm_sync();
  EXPECT_EQ(again->inserted + again->updated + again->withdrawn, 0);
}

TEST_F(Sync, BothSourcesMakeOneRow) {
  spm_sync.add("USN-1-1", ports::Severity::Critical).cves = {"CVE-2026-2002"};
  ASSERT_TRUE(from_spm_sync());
  ASSERT_TRUE(from_uyuni());
  ASSERT_TRUE(from_spm_sync());
  const auto row = erratum("USN-1-1").value();
  EXPECT_TRUE(row.in_uyuni && row.in_spm_sync);
  EXPECT_EQ(row.severity, ports::Severity::Critical);
  EXPECT_THAT(row.cves, ElementsAre("CVE-2026-1001", "CVE-2026-2002"));
  EXPECT_TRUE(row.packages);
  EXPECT_EQ(from_uyuni()->updated, 0) << "the sources must not take turns in overwriting each other";
  EXPECT_EQ(from_spm_sync()->updated, 0);
}

TEST_F(Sync, LeavingTheCatalogueWithdrawsOnlyWhatUyuniDoesNotKnow) {
  spm_sync.add("USN-1-1");
  spm_sync.add("USN-8-1");
  spm_sync.add("USN-9-1");
  ASSERT_TRUE(from_uyuni());
  ASSERT_TRUE(from_spm_sync());
  std::erase_if(*spm_sync.list, [](const auto& advisory) { return advisory.name.value != "USN-9-1"; });
  const auto report = from_spm_sync();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->withdrawn, 2);
  EXPECT_EQ(erratum("USN-1-1")->withdrawn_at, std::nullopt);
  EXPECT_NE(erratum("USN-8-1")->withdrawn_at, std::nullopt);
  EXPECT_EQ(erratum("USN-9-1")->withdrawn_at, std::nullopt);
}

TEST_F(Sync, EmptyCatalogueIsNotBelieved) {
  spm_sync.add("USN-8-1");
  ASSERT_TRUE(from_spm_sync());
  spm_sync.list->clear();
  const auto report = from_spm_sync();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::SpmSyncError);
  EXPECT_EQ(erratum("USN-8-1")->withdrawn_at, std::nullopt);
}

TEST_F(Sync, Generation3HasNoCatalogueAndTakesNothingAway) {
  spm_sync.add("USN-8-1");
  ASSERT_TRUE(from_spm_sync());
  spm_sync.list.reset();
  const auto report = from_spm_sync();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->withdrawn, 0);
  EXPECT_TRUE(erratum("USN-8-1")->in_spm_sync);
}

TEST_F(Sync, AdvisoryOfTwoReleasesIsOneErratum) {
  spm_sync.add("ALSA-2024:0265", ports::Severity::High, "almalinux-8");
  spm_sync.add("ALSA-2024:0265", ports::Severity::Medium, "almalinux-9");
  ASSERT_TRUE(from_spm_sync());
  const auto row = erratum("ALSA-2024:0265").value();
  EXPECT_EQ(row.distribution, "almalinux-8,almalinux-9");
  EXPECT_EQ(row.severity, ports::Severity::High);
  EXPECT_EQ(row.target_os, "rhel");
  EXPECT_EQ(from_spm_sync()->updated, 0);
}

TEST_F(Sync, PackagesThatUyuniCannotTellComeFromSpmSync) {
  uyuni.broken[{"USN-1-1"}] = {ErrorCode::UyuniError, "getDetails answered nonsense", {}, UpstreamFailure::BadAnswer};
  spm_sync.add("USN-1-1");
  spm_sync.add("USN-8-1");
  spm_sync.package_lists[{"USN-1-1"}] = {{"openssl", "3.0-1", "", std::nullopt}};
  ASSERT_TRUE(from_uyuni());
  ASSERT_TRUE(from_spm_sync());
  EXPECT_EQ(spm_sync.package_calls, 1) << "only for what applies to a system";
  const auto row = erratum("USN-1-1").value();
  ASSERT_TRUE(row.packages);
  EXPECT_EQ(row.packages->front().name, "openssl");
  EXPECT_EQ(row.total_size_kb, std::nullopt);
  EXPECT_THAT(changed, testing::Contains("USN-1-1"));
}

// ---------------------------------------------------------------- runs

TEST_F(Sync, CompletesTheRunThatWasAskedFor) {
  database.query(
      "INSERT INTO sync_runs (source, status, requested_by, started_at) VALUES ('uyuni', 'running', 'api-key:a', '2026-11-23T07:59:58Z')");
  ASSERT_TRUE(from_uyuni());
  EXPECT_EQ(one("SELECT string_agg(status || ' ' || requested_by || ' ' || inserted, ',') AS value FROM sync_runs"),
            "succeeded api-key:a 2");
}

TEST_F(Sync, ClosesTheRunThatADeadProcessLeft) {
  database.query(
      "INSERT INTO sync_runs (source, status, requested_by, started_at) VALUES ('uyuni', 'running', 'schedule', '2026-11-23T06:00:00Z')");
  ASSERT_TRUE(from_uyuni());
  EXPECT_EQ(one("SELECT string_agg(status, ',' ORDER BY id) AS value FROM sync_runs"), "failed,succeeded");
  EXPECT_THAT(one("SELECT error AS value FROM sync_runs WHERE status = 'failed'"), HasSubstr("ended before it was done"));
}

TEST_F(Sync, OneSyncOfASourceAtATime) {
  db::Connection other(database.conninfo());
  other.run_script("SELECT pg_advisory_lock(hashtextextended('spm.sync.uyuni', 0))");
  const auto report = from_uyuni();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::Conflict);
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM sync_runs"), "0");
  EXPECT_TRUE(from_spm_sync()) << "the other source is free";
}

TEST_F(Sync, StopsBetweenStepsWhenAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto report = sync_uyuni(context, stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::ServiceUnavailable);
}

TEST_F(Sync, TasksExistForConfiguredSourcesAndFailLoudly) {
  const auto names = [](const std::vector<scheduler::Task>& all) {
    std::vector<std::string> out;
    for (const auto& task : all) out.emplace_back(task.name);
    return out;
  };
  EXPECT_THAT(names(tasks(context)), ElementsAre("sync_uyuni", "sync_spm_sync", "tell_stale_sources"));
  context.upstreams.catalogue = nullptr;
  const auto only = tasks(context);
  ASSERT_THAT(names(only), ElementsAre("sync_uyuni", "tell_stale_sources"));
  only[0].run({});
  EXPECT_TRUE(erratum("USN-1-1"));
  uyuni.down = test::unreachable();
  EXPECT_THROW(only[0].run({}), std::runtime_error);
}

}  // namespace
}  // namespace spm::catalogue
