// Both syncs over the real protocols: the clients of UYUNI and SPM-SYNC against the sandbox's servers, into a real database.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalogue/catalogue.hpp"
#include "catalogue/sync.hpp"
#include "integrations/spm_sync/spm_sync.hpp"
#include "integrations/uyuni/inventory.hpp"
#include "sandbox/sandbox.hpp"
#include "scoring/scoring.hpp"
#include "tests/support/postgres.hpp"

namespace spm::catalogue {
namespace {

using testing::Contains;
using testing::Not;

std::unique_ptr<sandbox::Sandbox> start_sandbox(const Clock& clock, int generation) {
  auto scenario = sandbox::embedded_scenario("small", std::chrono::floor<std::chrono::seconds>(clock.now())).value();
  scenario.spm_sync.generation = generation;
  sandbox::Options options;
  options.scenario = std::move(scenario);
  options.clock = &clock;
  return std::move(sandbox::Sandbox::start(std::move(options)).value());
}

class SyncOverTheWire : public testing::Test {
 protected:
  explicit SyncOverTheWire(int generation = 2) : sandbox(start_sandbox(clock, generation)) {
    context.settings.uyuni_concurrency = 4;
    context.settings.test_systems.group_prefix = "test-";
  }

  uyuni::UyuniOptions uyuni_options() {
    return {.url = sandbox->uyuni_url(),
            .user = "admin",
            .password = "sandbox",
            .ca_file = sandbox->ca_file(),
            .timeout = std::chrono::seconds(10),
            .retry_pause = std::chrono::milliseconds(10),
            .zone = uyuni::ServerTimeZone::named("Europe/Rome").value()};
  }
  spm_sync::Options spm_sync_options() {
    return {.url = sandbox->spm_sync_url(),
            .api_key = "sandbox-key",
            .timeout = std::chrono::seconds(10),
            .ca_file = "",
            .retry_pause = std::chrono::milliseconds(10),
            .page_size = 3};
  }
  std::optional<Erratum> erratum(const std::string& name) {
    db::Tx tx(database.pool());
    return find(tx, {name});
  }
  std::vector<std::string> systems_missing(const std::string& name) {
    db::Tx tx(database.pool());
    std::vector<std::string> out;
    for (const auto& one : applicable_systems(tx, {name})) out.push_back(one.system.name);
    return out;
  }

  test::TestDatabase database;
  SystemClock clock;
  std::unique_ptr<sandbox::Sandbox> sandbox;
  uyuni::UyuniClient client{uyuni_options(), clock};
  uyuni::UyuniInventory inventory{client};
  spm_sync::SpmSyncCatalogue feed{spm_sync_options(), clock};
  SyncContext context{database.pool(), clock, {&inventory, &feed}, {}, [this](const std::vector<AdvisoryName>& changed) {
                        scoring::recalculate(database.pool(), changed, scoring::Force::No, {}, clock.now());
                      }};
};

TEST_F(SyncOverTheWire, BothSourcesFillTheCatalogueAndASecondSyncChangesNothing) {
  const auto from_uyuni = sync_uyuni(context, {});
  ASSERT_TRUE(from_uyuni) << from_uyuni.error().message;
  const auto from_feed = sync_spm_sync(context, {});
  ASSERT_TRUE(from_feed) << from_feed.error().message;
  EXPECT_GT(from_uyuni->inserted, 0);
  EXPECT_EQ(from_uyuni->skipped, 0);

  const auto openssl = erratum("USN-7278-1");
  ASSERT_TRUE(openssl);
  EXPECT_EQ(openssl->target_os, "ubuntu");
  EXPECT_EQ(openssl->distribution, "ubuntu-24.04");
  EXPECT_EQ(openssl->severity, ports::Severity::High);
  ASSERT_TRUE(openssl->packages);
  EXPECT_EQ(openssl->total_size_kb, 1940 + 1003);
  EXPECT_EQ(openssl->cves.size(), 2U);
  EXPECT_TRUE(openssl->in_uyuni && openssl->in_spm_sync);
  EXPECT_THAT(systems_missing("USN-7278-1"), Contains("test-ubuntu-2404"));
  EXPECT_THAT(systems_missing("USN-7278-1"), Not(Contains("test-rhel9")));
  {
    db::Tx tx(database.pool());
    EXPECT_EQ(free_test_systems(tx, "ubuntu").size(), 1U);
    EXPECT_EQ(free_test_systems(tx, "rhel").size(), 1U);
    EXPECT_TRUE(scoring::profile(tx, {"USN-7278-1"}));
  }

  const auto uyuni_again = sync_uyuni(context, {});
  const auto feed_again = sync_spm_sync(context, {});
  ASSERT_TRUE(uyuni_again && feed_again);
  EXPECT_EQ(uyuni_again->inserted + uyuni_again->updated + uyuni_again->withdrawn, 0);
  EXPECT_EQ(feed_again->inserted + feed_again->updated + feed_again->withdrawn, 0);
}

TEST_F(SyncOverTheWire, NonsenseFromEitherSourceIsAnErrorThatLosesNothing) {
  ASSERT_TRUE(sync_uyuni(context, {}));
  ASSERT_TRUE(sync_spm_sync(context, {}));
  const auto count = [&] {
    return database.query("SELECT count(*) AS n FROM system_errata JOIN errata_cache USING (advisory_name) WHERE withdrawn_at IS NULL")[0]
        .integer("n");
  };
  const auto before = count();
  ASSERT_GT(before, 0);
  sandbox::FaultPlan plan;
  plan.wrong_type = true;
  for (const auto target : {sandbox::Target::Uyuni, sandbox::Target::SpmSync}) sandbox->faults(target).set(plan);
  EXPECT_FALSE(sync_uyuni(context, {}));
  EXPECT_FALSE(sync_spm_sync(context, {}));
  plan = {};
  plan.truncate_rate = 1;
  for (const auto target : {sandbox::Target::Uyuni, sandbox::Target::SpmSync}) sandbox->faults(target).set(plan);
  EXPECT_FALSE(sync_uyuni(context, {}));
  EXPECT_FALSE(sync_spm_sync(context, {}));
  EXPECT_EQ(count(), before);
  EXPECT_EQ(database.query("SELECT 1 AS one FROM sync_runs WHERE status = 'failed' AND error <> ''").size(), 4U);
}

TEST_F(SyncOverTheWire, AnAnswerThatComesTwiceAnswersOneQuestion) {
  ASSERT_TRUE(sync_uyuni(context, {}));
  ASSERT_TRUE(sync_spm_sync(context, {}));
  sandbox::FaultPlan plan;
  plan.duplicate_rate = 1;
  for (const auto target : {sandbox::Target::Uyuni, sandbox::Target::SpmSync}) sandbox->faults(target).set(plan);
  for (const auto& again : {sync_uyuni(context, {}), sync_spm_sync(context, {})}) {
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->inserted + again->updated + again->withdrawn, 0);
  }
}

class SyncWithGeneration3 : public SyncOverTheWire {
 protected:
  SyncWithGeneration3() : SyncOverTheWire(3) {}
};

TEST_F(SyncWithGeneration3, ErrataComeFromUyuniAlone) {
  ASSERT_TRUE(sync_uyuni(context, {}));
  const auto feed_report = sync_spm_sync(context, {});
  ASSERT_TRUE(feed_report) << feed_report.error().message;
  EXPECT_EQ(feed_report->inserted, 0);
  const auto openssl = erratum("USN-7278-1");
  ASSERT_TRUE(openssl);
  EXPECT_FALSE(openssl->in_spm_sync);
  EXPECT_TRUE(openssl->packages);
}

}  // namespace
}  // namespace spm::catalogue
