// What the service measures of itself: figures, sizes, and that the rules and dashboards of ops/ speak of metrics which a running service
// has.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "app/service.hpp"
#include "audit/audit.hpp"
#include "cluster/cluster.hpp"
#include "config/settings.hpp"
#include "health/health.hpp"
#include "tests/integration/queue_rows.hpp"
#include "tests/support/paths.hpp"

namespace spm::test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class Figures : public testing::Test {
 protected:
  std::map<std::string, double> figures() {
    db::Tx tx(database.pool());
    std::map<std::string, double> found;
    for (const auto& figure : health::figures(tx, clock.now())) found[figure.name + "/" + figure.label] = figure.value;
    return found;
  }
  void misses(std::int64_t system, const std::string& erratum, std::chrono::days for_days) {
    rows.applicable(system, erratum);
    (void)database.query(fmt::format("UPDATE system_errata SET first_seen_at = '{}' WHERE system_id = {} AND advisory_name = '{}'",
                                     format_time(clock.now() - for_days), system, erratum));
  }

  TestDatabase database;
  ManualClock clock{*parse_time("2026-03-02T09:15:00Z")};
  QueueRows rows{database.pool(), clock};
};

TEST_F(Figures, CountWhatProductionSystemsMissBySeverityAndServiceLevel) {
  for (const std::int64_t id : {1, 2, 3, 4}) rows.system({.id = id, .role = "production"});
  rows.system({.id = 9, .role = "test"});
  (void)database.query("UPDATE systems SET errata_synced_at = now() WHERE id <> 4");
  for (const char* severity : {"Critical", "High", "Medium", "Low", "Unknown"}) rows.erratum({.name = severity, .severity = severity});
  rows.erratum({.name = "withdrawn", .severity = "Critical", .withdrawn_at = clock.now()});
  rows.erratum({.name = "bugfix", .severity = "Critical"});
  (void)database.query("UPDATE errata_cache SET advisory_type = 'bugfix' WHERE advisory_name = 'bugfix'");
  misses(1, "Critical", std::chrono::days(8));
  misses(1, "High", std::chrono::days(8));
  misses(2, "High", std::chrono::days(13));
  misses(2, "Unknown", std::chrono::days(29));
  misses(3, "bugfix", std::chrono::days(400));
  misses(3, "withdrawn", std::chrono::days(400));
  misses(9, "Critical", std::chrono::days(400));
  health::measure(database.pool(), clock.now());
  auto seen = figures();
  EXPECT_EQ(seen["spm_patches_missing/Critical"], 1);
  EXPECT_EQ(seen["spm_patches_missing/High"], 2);
  EXPECT_EQ(seen["spm_patches_missing/Low"], 0);
  EXPECT_EQ(seen["spm_patches_overdue/Critical"], 1);
  EXPECT_EQ(seen["spm_patches_overdue/High"], 0);
  EXPECT_EQ(seen["spm_patches_overdue/Unknown"], 0);
  EXPECT_EQ(seen["spm_patches_oldest_seconds/High"], 13 * 86400);
  EXPECT_EQ(seen["spm_production_systems/overdue"], 1);
  EXPECT_EQ(seen["spm_production_systems/pending"], 1);
  EXPECT_EQ(seen["spm_production_systems/patched"], 1);
  EXPECT_EQ(seen["spm_production_systems/unknown"], 1) << "of which no sync has told anything";

  rows.config("service_levels.high", 7);
  health::measure(database.pool(), clock.now());
  EXPECT_EQ(figures()["spm_patches_overdue/High"], 2);
}

TEST_F(Figures, SizesAreShownWithTheirPolicy) {
  Caller caller{cluster::endpoints(database.pool(), clock), clock};
  EXPECT_TRUE(caller.call(http::Method::Get, "/api/v1/cluster").body.at("data").as_array().empty()) << "not measured yet";
  (void)database.query(
      "INSERT INTO events (topic, payload, created_at) VALUES ('queue', '{}', '2026-01-05Z'), ('queue', '{}', '2026-02-05Z')");
  rows.config("retention.events_days", 30);
  health::measure(database.pool(), clock.now());
  const auto data = caller.call(http::Method::Get, "/api/v1/cluster").body.at("data").as_array();
  ASSERT_EQ(data.size(), 4U);
  EXPECT_EQ(data[0].at("kind").as_string(), "audit");
  EXPECT_TRUE(data[0].at("kept_days").is_null()) << "for ever";
  EXPECT_TRUE(data[0].at("oldest_at").is_null()) << "there is none";
  EXPECT_EQ(data[1].at("kind").as_string(), "events");
  EXPECT_EQ(data[1].at("entries").as_int64(), 2);
  EXPECT_GT(data[1].at("bytes").as_int64(), 0);
  EXPECT_EQ(data[1].at("oldest_at").as_string(), "2026-01-05T00:00:00Z");
  EXPECT_EQ(data[1].at("kept_days").as_int64(), 30);
  EXPECT_EQ(data[2].at("kept_days").as_int64(), 365);
  db::Connection connection(database.conninfo());
  std::vector<std::string> kept;
  for (const auto& finding : health::judge(health::look_at(connection), clock.now()))
    if (finding.name.starts_with("kept ")) kept.push_back(finding.name + ": " + finding.text);
  EXPECT_THAT(kept, testing::Contains(HasSubstr("kept events: 2 in ")));
}

class Monitoring : public Figures {
 protected:
  static config::Settings settings_for(const TestDatabase& database) {
    auto loaded = config::load({{"API_HOST", "127.0.0.1"}}, std::nullopt, config::Purpose::Demo);
    loaded->settings.database.conninfo = database.conninfo();
    loaded->settings.api.port = 0;
    loaded->settings.api.key = "a-key-for-a-test-0123";
    loaded->settings.command_backend = config::CommandBackend::Uyuni;
    loaded->settings.uyuni.url = "https://127.0.0.1:1";
    return loaded->settings;
  }
  ~Monitoring() override { std::filesystem::remove_all(folder); }
  std::string scrape(const app::Service& service) {
    http::Request request;
    request.path = "/metrics";
    request.request_id = "test";
    request.headers.emplace("Authorization", "Bearer a-key-for-a-test-0123");
    const auto response = service.handle(request).response;
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }
  // 0: the rules fit the metrics, and these alerts fire.
  int rules_on(const std::string& metrics, const std::string& alerts) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "metrics", std::ios::binary) << metrics;
    const auto command = fmt::format("python3 {} {} {}/metrics {}", test::in_source("tests/support/rules_on_metrics.py"),
                                     test::in_source("ops"), folder.string(), alerts);
    const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("spm-monitoring-{}", getpid());
};

TEST_F(Monitoring, RulesAndDashboardsFitTheMetricsOfARunningService) {
  (void)database.query(
      "INSERT INTO sync_runs (source, status, requested_by, started_at, finished_at) VALUES ('uyuni', 'succeeded', 'test', "
      "'2026-03-02T09:00:00Z', '2026-03-02T09:01:00Z')");
  (void)database.query(
      "INSERT INTO cve_sources (source, attempted_at, succeeded_at, changed_at, entries, digest) "
      "SELECT 'kev', at, at, at, 1, repeat('0', 64) FROM (VALUES ('2026-03-02T09:00:00Z'::timestamptz)) AS read(at)");
  for (const char* subject : {"1", "2", "3"}) {
    db::Tx tx(database.pool());
    audit::append(tx, {"user:ada", "", "x", "thing", subject, nullptr, nullptr, "", clock.now()});
    tx.commit();
  }
  app::Service service(settings_for(database), clock);
  service.start();
  std::string metrics;
  const auto has_worked = [&] {
    metrics = scrape(service);
    return metrics.find("spm_upstream_calls_total") != std::string::npos && metrics.find("spm_audit_chain_intact 1") != std::string::npos &&
           metrics.find("spm_patches_missing") != std::string::npos && metrics.find("spm_http_request_duration") != std::string::npos;
  };
  EXPECT_TRUE(eventually(has_worked)) << metrics;
  service.stop();
  (void)database.query("UPDATE periodic_jobs SET last_result = 'succeeded', last_error = NULL");  // whatever the sync came to meanwhile
  EXPECT_EQ(rules_on(scrape(service), ""), 0);

  db::Connection superuser(database.conninfo());
  superuser.run_script("SET session_replication_role = replica");
  superuser.run_script("UPDATE audit_log SET actor = 'user:eve' WHERE id = 2; UPDATE audit_proof SET whole_at = NULL");
  superuser.run_script("UPDATE periodic_jobs SET last_result = 'failed', last_error = 'UYUNI cannot be reached' WHERE name = 'sync_uyuni'");
  (void)audit::keep_proven(database.pool(), clock.now());
  EXPECT_EQ(rules_on(scrape(service), "SpmAuditChainBroken SpmTaskFailing"), 0);
  clock.advance(7h);
  EXPECT_EQ(rules_on(scrape(service), "SpmAuditChainBroken SpmAuditUnproven SpmSyncStale SpmTaskFailing"), 0);
}

}  // namespace
}  // namespace spm::test
