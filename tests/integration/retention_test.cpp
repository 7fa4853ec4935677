// What ages: raw evidence, events, runs of the sync. That exactly those go, when their time has come, and that what stays still makes
// sense.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "audit/audit.hpp"
#include "engine/evidence.hpp"
#include "http/contract.hpp"
#include "retention/retention.hpp"
#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

using std::chrono::days;
using ::testing::HasSubstr;
using ::testing::Not;

class Retention : public EngineTest {
 protected:
  retention::Removed remove_old() { return retention::remove_old(database.pool(), clock.now()); }

  json::object evidence(TestId test) {
    db::Tx tx(database.pool());
    return engine::evidence_json(tx, test).value();
  }
  json::object result(TestId test) {
    db::Tx tx(database.pool());
    return engine::result_json(tx, test).value();
  }
  // A passed test, with a custom check and its output among the evidence.
  TestId passed_test() {
    (void)database.query(
        "INSERT INTO custom_checks (os, definition, created_by, created_at, updated_by, updated_at) VALUES ('ubuntu', "
        "'{\"name\": \"ping\", \"type\": \"http\", \"url\": \"http://web/\", \"expected_status\": 200}', 'test', now(), 'test', now())");
    const auto test = start_test();
    drive();
    EXPECT_EQ(column("status"), "passed") << column("failure_reason");
    return test;
  }
  void decide(const std::string& action, const std::string& status) {
    (void)database.query(
        fmt::format("INSERT INTO patch_approvals (queue_id, test_id, action, actor, reason, decided_at, round, completes, person) VALUES "
                    "(1, 1, '{}', 'user:ada', 'for a test', '{}', 0, true, 'ada')",
                    action, format_time(clock.now())));
    put_into(status);
  }
  void put_into(const std::string& status) {
    (void)database.query(
        fmt::format("UPDATE patch_test_queue SET status = '{0}', retry_after = now(), snooze_until = now(), pending_since = now(), "
                    "completed_at = now(), failure_phase = 'patch', "
                    "failure_class = 'patch', failure_reason = 'x', superseded_by = NULL, deleted_at = CASE WHEN '{0}' = 'deleted' THEN "
                    "now() END WHERE id = 1",
                    status));
  }
};

TEST_F(Retention, TheResultOutlivesTheRawEvidence) {
  const auto test = passed_test();
  decide("approve", "approved");
  const auto before = result(test);
  const auto sealed = evidence(test);
  const auto score = database.query("SELECT * FROM risk_profiles")[0].integer("times_tested");
  ASSERT_GT(count("patch_test_operations"), 0);
  ASSERT_THAT(json::serialize(sealed), HasSubstr("\"seen\":")) << "the answer to the custom check";

  clock.advance(days(365));
  EXPECT_EQ(remove_old().evidence, 0) << "to the day";
  EXPECT_TRUE(evidence(test).at("hash_matches").as_bool());
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(remove_old().evidence, 1);

  auto after = result(test);
  EXPECT_EQ(after.at("evidence_removed_at").as_string(), format_time(clock.now()));
  after["evidence_removed_at"] = nullptr;
  EXPECT_EQ(json::serialize(after), json::serialize(before)) << "packages, metrics, services, checks, manifest, hash";
  EXPECT_EQ(database.query("SELECT * FROM risk_profiles")[0].integer("times_tested"), score);

  const auto left = evidence(test);
  const auto text = json::serialize(left);
  EXPECT_EQ(left.at("evidence_removed_at").as_string(), format_time(clock.now()));
  EXPECT_EQ(left.at("evidence_hash"), sealed.at("evidence_hash"));
  EXPECT_TRUE(left.at("hash_matches").is_null()) << "what it was made of is gone: neither good nor bad news";
  EXPECT_THAT(text, Not(HasSubstr("operations")));
  EXPECT_THAT(text, Not(HasSubstr("\"seen\":")));
  EXPECT_LT(text.size(), json::serialize(sealed).size() / 2);
  EXPECT_EQ(count("patch_test_operations"), 0);
  EXPECT_EQ(count("patch_tests"), 1);
  EXPECT_EQ(count("patch_approvals"), 1);

  const auto audited =
      database.query("SELECT actor, after, reason FROM audit_log WHERE action = 'retention.remove' AND subject_id = 'evidence'");
  ASSERT_EQ(audited.size(), 1U);
  EXPECT_EQ(audited[0].text("actor"), "scheduler");
  EXPECT_EQ(audited[0].text("reason"), "older than 365 days");
  EXPECT_EQ(json::serialize(audited[0].json_value("after").at("tests")), fmt::format("[{}]", test.value));
  EXPECT_TRUE(audit::verify(database.pool()).valid);
  EXPECT_EQ(remove_old().evidence, 0) << "once";
}

TEST_F(Retention, AnAgeCountsFromTheLastDecision) {
  (void)passed_test();
  clock.advance(days(300));
  decide("reject", "rejected");
  clock.advance(days(100));
  EXPECT_EQ(remove_old().evidence, 0);
  clock.advance(days(266));
  EXPECT_EQ(remove_old().evidence, 1);
}

TEST_F(Retention, NothingGoesOfWhatWaitsOrIsOnItsWay) {
  const auto test = passed_test();
  (void)database.query("INSERT INTO events (topic, queue_id, payload, created_at) VALUES ('queue', NULL, '{}', '2020-01-01Z')");
  const auto of_item = count("events WHERE queue_id = 1");
  ASSERT_GT(of_item, 0);
  clock.advance(days(4'000));
  for (const char* status : {"queued", "testing", "needs_reboot", "rebooting", "pending_approval", "snoozed", "promoting", "prod_pending",
                             "prod_applied", "retry_pending"}) {
    put_into(status);
    EXPECT_EQ(remove_old().evidence, 0) << status;
    EXPECT_EQ(count("events WHERE queue_id = 1"), of_item) << status;
  }
  EXPECT_EQ(count("events WHERE queue_id IS NULL"), 0);
  EXPECT_TRUE(evidence(test).at("hash_matches").as_bool());

  // One run can have tested several items.
  put_into("completed");
  (void)database.query(
      "INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, "
      "queued_at, changed_at) "
      "VALUES ('USN-7001-1', 'debian', 'queued', false, 90, 50, 'somebody', now(), now()); ");
  (void)database.query("INSERT INTO test_run_errata (test_id, queue_id, advisory_name) VALUES (1, 2, 'USN-7001-1')");
  EXPECT_EQ(remove_old().evidence, 0) << "the other item is on its way";
  (void)database.query("UPDATE patch_test_queue SET status = 'rejected', completed_at = now() WHERE id = 2");
  EXPECT_EQ(remove_old().evidence, 1);
}

TEST_F(Retention, NothingGoesOfARunThatGoesOn) {
  const auto test = start_test();
  const auto one = runner("node-a");
  drive_until(*one, "stabilize");
  (void)database.query("UPDATE patch_test_queue SET status = 'rejected', completed_at = now()");
  clock.advance(days(4'000));
  EXPECT_EQ(remove_old().evidence, 0);
  EXPECT_GT(count("patch_test_operations"), 0) << test.value;
}

TEST_F(Retention, EventsGoByPolicyInBatches) {
  const auto insert = [&](int rows, const Time& at) {
    (void)database.query(fmt::format(
        "INSERT INTO events (topic, payload, created_at) SELECT 'queue', '{{}}', '{}' FROM generate_series(1, {})", format_time(at), rows));
  };
  insert(12'001, clock.now() - days(31));
  insert(7, clock.now() - days(29));
  EXPECT_EQ(remove_old().events, 0) << "90 days, if nobody says otherwise";
  (void)database.query(
      "INSERT INTO config_versions (version, overrides, changes, author, reason, created_at) VALUES (1, '{\"retention.events_days\": 30}', "
      "'[]', 'test', 'test', now())");
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_EQ(retention::remove_old(database.pool(), clock.now(), stopped.get_token()).events, 0) << "a stop is heard between batches";
  EXPECT_EQ(remove_old().events, 12'001);
  EXPECT_EQ(count("events"), 7);
  EXPECT_EQ(count("audit_log WHERE action = 'retention.remove' AND subject_id = 'events'"), 3) << "each batch is on record";
}

TEST_F(Retention, TheNewestRunsOfASourceStay) {
  for (const auto& [source, status, age] : std::vector<std::tuple<std::string, std::string, int>>{{"uyuni", "succeeded", 900},
                                                                                                  {"uyuni", "succeeded", 800},
                                                                                                  {"uyuni", "failed", 700},
                                                                                                  {"uyuni", "failed", 600},
                                                                                                  {"spm_sync", "failed", 500}}) {
    const auto at = format_time(clock.now() - days(age));
    (void)database.query(fmt::format(
        "INSERT INTO sync_runs (source, status, requested_by, started_at, finished_at, error) VALUES ('{}', '{}', 'test', '{}', '{}', {})",
        source, status, at, at, status == "failed" ? "'down'" : "NULL"));
  }
  EXPECT_EQ(remove_old().sync_runs, 2);
  EXPECT_EQ(database.query("SELECT string_agg(id::text, ' ' ORDER BY id) AS ids FROM sync_runs")[0].text("ids"), "2 4 5")
      << "the last that succeeded, and the last of each source";
}

TEST_F(Retention, TheServicesRoleMayDoIt) {
  (void)database.query("DROP ROLE IF EXISTS retaining_service");
  (void)database.query("CREATE ROLE retaining_service LOGIN");
  (void)database.query("SELECT 1 AS one FROM grant_to_service('retaining_service')");
  (void)passed_test();
  decide("approve", "approved");
  (void)database.query(
      "INSERT INTO sync_runs (source, status, requested_by, started_at, finished_at) SELECT 'uyuni', 'succeeded', 'test', now(), now() "
      "FROM generate_series(1, 2)");
  clock.advance(days(4'000));
  {
    db::Pool service(database.conninfo() + " user=retaining_service", 2);
    const auto removed = retention::remove_old(service, clock.now());
    EXPECT_EQ(removed.evidence, 1);
    EXPECT_GT(removed.events, 0);
    EXPECT_EQ(removed.sync_runs, 1);
  }
  (void)database.query("DROP OWNED BY retaining_service");
  (void)database.query("DROP ROLE retaining_service");
}

}  // namespace
}  // namespace spm::test
