// One item on all test systems of its OS: it passes only when every run passed, and the last run to end decides, once.

#include <gmock/gmock.h>

#include <thread>

#include "engine/finish.hpp"
#include "engine/group.hpp"
#include "engine/store.hpp"
#include "tests/integration/engine_fixture.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::test {
namespace {

using http::Method;
using ::testing::HasSubstr;

class EngineGroup : public EngineTest {
 protected:
  EngineGroup() {
    add_system(8, "test-ubuntu-02");
    add_system(9, "test-ubuntu-03");
  }
  void add_system(std::int64_t id, const std::string& name) {
    (void)database.query("INSERT INTO systems (id, name, minion_id, ip, target_os, role, first_seen_at, seen_at) VALUES (" +
                         std::to_string(id) + ", '" + name + "', '" + name +
                         "', '192.0.2.8', 'ubuntu', 'test', '2026-11-01Z', '2026-11-01Z')");
    (void)database.query("INSERT INTO system_errata VALUES (" + std::to_string(id) + ", 'USN-7001-1', 501, '2026-11-01Z')");
  }
  Caller::Answer start_all(const json::object& more = {}) {
    json::object body{{"queue_id", 1}, {"test_on_all", true}};
    for (const auto& [name, value] : more) body[name] = value;
    return caller.call(Method::Post, "/api/v1/test/start", body);
  }
  json::object shown() {
    Caller queue{queue::endpoints(database.pool(), clock, scoring::Weights{}), clock};
    return queue.call(Method::Get, "/api/v1/queue/1").body;
  }
  void dispatch() { engine::tasks(database.pool(), clock, settings)[0].run({}); }

  // Ends a run as its last step would, with this decision.
  void end_run(std::int64_t test, const std::string& verdict, const std::string& kind = "") {
    db::Tx tx(database.pool());
    const auto claim = engine::store::Claim{TestId{test}, fence_of(test)};
    const engine::Lease lease(claim.run, claim.fence, engine::Lease::SteadyTime::max());
    (void)engine::store::hold_run(tx, lease);
    const auto run = engine::store::claimed_run(tx, claim);
    engine::store::Decision decision{engine::parse_verdict(verdict), std::nullopt, std::nullopt, std::nullopt};
    if (!kind.empty()) decision = {engine::parse_verdict(verdict), engine::Phase::Services, queue::parse_failure_class(kind), "no good"};
    engine::store::decide(tx, lease, decision);
    engine::finish(tx, settings, run, lease, {}, clock.now());
    tx.commit();
  }
  std::int64_t fence_of(std::int64_t test) {
    return database.query("SELECT fence FROM patch_tests WHERE id = " + std::to_string(test))[0].integer("fence");
  }
  void occupy(std::int64_t system) {
    (void)database.query(
        "INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, first_seen_at, "
        "changed_at) VALUES ('USN-1-1', 'x', 'security', 'Low', 'vendor', 'usn', 'ubuntu', '2026-11-01Z', '2026-11-01Z')");
    (void)database.query("INSERT INTO system_errata VALUES (" + std::to_string(system) + ", 'USN-1-1', 502, '2026-11-01Z')");
    (void)database.query(
        "INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, "
        "queued_at, changed_at) VALUES ('USN-1-1', 'ubuntu', 'queued', false, 50, 1, 'x', '2026-11-01Z', '2026-11-01Z')");
    engine::StartOrder order;
    order.item = QueueId{2};
    order.system = SystemId{system};
    (void)start_test(order);
  }

  Caller caller{engine::endpoints(database.pool(), clock, settings), clock};
};

TEST_F(EngineGroup, PassesOnlyWhenEveryRunPassed) {
  const auto answer = start_all();
  ASSERT_EQ(answer.status, 201) << answer.message;
  EXPECT_EQ(answer.body.at("runs").as_array().size(), 3U);
  EXPECT_TRUE(answer.body.at("waiting_systems").as_array().empty());
  end_run(1, "passed");
  EXPECT_EQ(item("status"), "testing");
  EXPECT_EQ(shown().at("waiting_code").as_string(), "other_systems");
  end_run(3, "passed");
  EXPECT_EQ(item("status"), "testing");
  end_run(2, "passed");
  EXPECT_EQ(item("status"), "pending_approval");
  db::Tx tx(database.pool());
  EXPECT_EQ(engine::latest_passed(tx, QueueId{1})->id, TestId{3});
}

TEST_F(EngineGroup, OneRegressionFailsItWhenAllHaveEnded) {
  ASSERT_EQ(start_all().status, 201);
  end_run(2, "failed", "regression");
  end_run(1, "error", "infra");
  EXPECT_EQ(item("status"), "testing") << "one still runs";
  end_run(3, "passed");
  EXPECT_EQ(item("status"), "failed");
  EXPECT_EQ(item("failure_class"), "regression");
}

TEST_F(EngineGroup, TwoLastRunsThatEndAtOnceDecideOnce) {
  for (int round = 0; round < 5; ++round) {
    (void)database.query("UPDATE patch_test_queue SET status = 'queued', completed_at = NULL");
    ASSERT_EQ(start_all().status, 201);
    const auto first = database.query("SELECT min(id) AS id FROM patch_tests WHERE status = 'running'")[0].integer("id");
    const auto before = count("audit_log WHERE action = 'queue.advance'");
    end_run(first, "passed");
    {
      std::jthread one([&] { end_run(first + 1, "passed"); });
      std::jthread other([&] { end_run(first + 2, "passed"); });
    }
    EXPECT_EQ(item("status"), "pending_approval");
    EXPECT_EQ(count("audit_log WHERE action = 'queue.advance'"), before + 1);
  }
}

TEST_F(EngineGroup, WaitsForABusySystemAndSkipsWhatCannotBeUsed) {
  occupy(8);
  (void)database.query("UPDATE systems SET quarantined_at = '2026-11-20Z', quarantine_reason = 'half patched' WHERE id = 9");
  const auto answer = start_all();
  ASSERT_EQ(answer.status, 201) << answer.message;
  EXPECT_EQ(answer.body.at("runs").as_array().size(), 1U);
  EXPECT_EQ(answer.body.at("waiting_systems").at(0).at("name").as_string(), "test-ubuntu-02");
  EXPECT_THAT(std::string(answer.body.at("skipped_systems").at(0).at("reason").as_string()), HasSubstr("half patched"));
  end_run(2, "passed");
  EXPECT_EQ(item("status"), "testing");
  dispatch();
  EXPECT_EQ(count("patch_tests"), 2) << "the system is still busy";
  end_run(1, "passed");  // of the other item
  dispatch();
  EXPECT_EQ(count("patch_tests WHERE queue_id = 1"), 2);
  const auto systems = shown().at("test_systems").as_array();
  ASSERT_EQ(systems.size(), 3U);
  EXPECT_EQ(systems[1].at("state").as_string(), "running");
  EXPECT_EQ(systems[2].at("state").as_string(), "skipped");
  end_run(3, "passed");
  EXPECT_EQ(item("status"), "pending_approval");
}

TEST_F(EngineGroup, ASystemThatIsLostWhileItIsWaitedForIsSkippedAndTheItemDecided) {
  occupy(8);
  ASSERT_EQ(start_all().status, 201);
  end_run(2, "passed");
  end_run(3, "passed");
  EXPECT_EQ(item("status"), "testing");
  end_run(1, "passed");
  (void)database.query("UPDATE systems SET quarantined_at = '2026-11-20Z', quarantine_reason = 'half patched' WHERE id = 8");
  dispatch();
  EXPECT_EQ(item("status"), "pending_approval");
  EXPECT_EQ(count("audit_log WHERE action = 'test.skip_system'"), 1);
}

TEST_F(EngineGroup, ARetryTestsWhatHasNotPassed) {
  ASSERT_EQ(start_all({{"test_config", {{"cpu_threshold", 55}}}}).status, 201);
  end_run(1, "passed");
  end_run(2, "error", "infra");
  end_run(3, "passed");
  EXPECT_EQ(item("status"), "retry_pending");
  clock.advance(std::chrono::hours(3));
  {
    db::Tx tx(database.pool());
    EXPECT_EQ(queue::return_retries(tx, clock.now()), 1);
    tx.commit();
  }
  dispatch();
  EXPECT_EQ(count("patch_tests"), 4);
  EXPECT_EQ(column("config->>'cpu_threshold'"), "55");
  EXPECT_EQ(item("status"), "testing");
  end_run(4, "passed");
  EXPECT_EQ(item("status"), "pending_approval");
}

TEST_F(EngineGroup, AStartOnOneSystemReplacesIt) {
  ASSERT_EQ(start_all().status, 201);
  for (const int test : {1, 2, 3}) end_run(test, "failed", "patch");
  (void)database.query("UPDATE patch_test_queue SET status = 'queued', completed_at = NULL");
  (void)start_test();
  EXPECT_EQ(count("patch_test_targets"), 0);
  end_run(4, "passed");
  EXPECT_EQ(item("status"), "pending_approval");
}

TEST_F(EngineGroup, RefusesOneSystemAndAll) {
  EXPECT_EQ(start_all({{"system_id", 8}}).status, 400);
  (void)database.query("UPDATE systems SET last_checkin_at = '2026-11-01Z'");
  EXPECT_EQ(start_all().error, "conflict") << "all are offline";
  EXPECT_EQ(item("status"), "queued");
}

// ---------------------------------------------------------------- systems that do not answer

TEST_F(EngineGroup, AnOfflineSystemIsChosenLast) {
  fleet.host.is_online = false;
  engine::StartOrder order;
  order.item = QueueId{1};
  order.system = kSystem;
  (void)start_test(order);
  drive();
  EXPECT_EQ(column("failure_class"), "infra");
  EXPECT_NE(system("unreachable_at"), "");
  settings.preferred_systems = {"test-ubuntu-01"};
  (void)database.query("UPDATE patch_test_queue SET status = 'queued'");
  {
    db::Tx tx(database.pool());
    EXPECT_EQ(engine::start(tx, settings, {.item = QueueId{1}, .target_os = {}, .system = {}}, {"x", "", clock.now()})->system.id,
              SystemId{8});
  }
  (void)database.query("UPDATE systems SET gone_at = '2026-11-20Z' WHERE id IN (8, 9)");
  (void)database.query("UPDATE patch_test_queue SET autostart = true");
  dispatch();
  EXPECT_EQ(count("patch_tests"), 1) << "what starts by itself waits";
  EXPECT_EQ(shown().at("waiting_code").as_string(), "offline");
  EXPECT_THAT(std::string(shown().at("waiting_reason").as_string()),
              HasSubstr("test-ubuntu-01 does not answer (a test could not reach it"));
  fleet.host.is_online = true;
  (void)start_test();
  const auto one = runner("node-a");
  drive_until(*one, "snapshot");
  EXPECT_EQ(system("unreachable_at"), "") << "a test reached it";
}

TEST_F(EngineGroup, TheQueueSaysWhyNothingMoves) {
  EXPECT_EQ(shown().at("waiting_code").as_string(), "not_asked");
  (void)database.query("UPDATE patch_test_queue SET autostart = true");
  EXPECT_EQ(shown().at("waiting_code").as_string(), "starting");
  (void)database.query("DELETE FROM system_errata WHERE system_id <> 8");
  occupy(8);
  EXPECT_EQ(shown().at("waiting_code").as_string(), "all_busy");
  EXPECT_THAT(std::string(shown().at("waiting_reason").as_string()), HasSubstr("test-ubuntu-02 is busy with test 1 of USN-1-1"));
  (void)database.query("DELETE FROM system_errata");
  EXPECT_EQ(shown().at("waiting_code").as_string(), "not_applicable");
  (void)database.query("UPDATE systems SET gone_at = '2026-11-20Z'");
  EXPECT_EQ(shown().at("waiting_code").as_string(), "no_test_system");
}

}  // namespace
}  // namespace spm::test
