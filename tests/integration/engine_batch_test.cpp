// Many queue items under one order: they start as test systems become free, in queue order, whoever looks; and people can stop them.

#include <gmock/gmock.h>

#include <thread>

#include "engine/batch.hpp"
#include "engine/finish.hpp"
#include "engine/store.hpp"
#include "tests/integration/engine_fixture.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::test {
namespace {

using http::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Item 1 of the fixture (score 90), and 2, 3, 4 with scores 80, 70, 60, all for one test system.
class EngineBatch : public EngineTest {
 protected:
  EngineBatch() {
    for (const int n : {2, 3, 4}) {
      const auto name = "USN-700" + std::to_string(n) + "-1";
      (void)database.query(
          "INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, first_seen_at, "
          "changed_at) VALUES ('" +
          name + "', 'x', 'security', 'Low', 'vendor', 'usn', 'ubuntu', '2026-11-01Z', '2026-11-01Z')");
      (void)database.query(
          "INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, "
          "queued_at, changed_at) VALUES ('" +
          name + "', 'ubuntu', 'queued', false, " + std::to_string(100 - 10 * n) + ", 1, 'x', '2026-11-01Z', '2026-11-01Z')");
      (void)database.query("INSERT INTO system_errata VALUES (1000010007, '" + name + "', 502, '2026-11-01Z')");
    }
  }
  Caller::Answer create(const json::object& body) { return caller.call(Method::Post, "/api/v1/tests/batch", body); }
  json::object batch(std::int64_t id = 1) { return caller.call(Method::Get, "/api/v1/tests/batch/" + std::to_string(id) + "/status").body; }
  Caller::Answer cancel(const json::object& body = {}) { return caller.call(Method::Post, "/api/v1/tests/batch/1/cancel", body); }
  void dispatch() { engine::tasks(database.pool(), clock, settings)[0].run({}); }
  std::vector<std::string> states(std::int64_t id = 1) {
    std::vector<std::string> all;
    const auto shown = batch(id);
    for (const auto& item : shown.at("items").as_array()) all.emplace_back(item.at("state").as_string());
    return all;
  }
  std::string tested() { return column("advisory_name"); }
  void end_run(const std::string& verdict) {
    db::Tx tx(database.pool());
    const engine::store::Claim claim{TestId{std::stoll(column("id"))}, std::stoll(column("fence"))};
    const engine::Lease lease(claim.run, claim.fence, engine::Lease::SteadyTime::max());
    engine::store::Decision decision{engine::parse_verdict(verdict), {}, {}, {}};
    if (verdict != "passed")
      decision = {engine::parse_verdict(verdict), engine::Phase::Services, queue::FailureClass::Regression, "no good"};
    engine::store::decide(tx, lease, decision);
    engine::finish(tx, settings, engine::store::claimed_run(tx, claim), lease, {}, clock.now());
    tx.commit();
  }

  Caller caller{engine::endpoints(database.pool(), clock, settings), clock};
};

TEST_F(EngineBatch, StartsItsItemsInQueueOrderAsTheSystemBecomesFree) {
  const auto created = create({{"queue_ids", {3, 1, 2}}, {"test_config", {{"cpu_threshold", 44}}}});
  ASSERT_EQ(created.status, 201) << created.message;
  EXPECT_EQ(created.body.at("total").as_int64(), 3);
  EXPECT_EQ(count("patch_tests"), 0) << "the dispatcher starts them";
  dispatch();
  dispatch();
  EXPECT_EQ(count("patch_tests"), 1);
  EXPECT_EQ(tested(), "USN-7001-1");
  EXPECT_EQ(column("config->>'cpu_threshold'"), "44");
  EXPECT_EQ(column("started_by"), "api-key:tester");
  end_run("passed");
  dispatch();
  EXPECT_EQ(tested(), "USN-7002-1");
  EXPECT_THAT(states(), ElementsAre("passed", "testing", "waiting"));
  end_run("failed");
  dispatch();
  EXPECT_EQ(tested(), "USN-7003-1");
  end_run("passed");
  dispatch();
  EXPECT_THAT(states(), ElementsAre("passed", "failed", "passed"));
  EXPECT_EQ(batch().at("status").as_string(), "completed");
  EXPECT_EQ(batch().at("counts").at("passed").as_int64(), 2);
  EXPECT_EQ(count("patch_test_queue WHERE status = 'queued'"), 1) << "the one that is in no batch";
}

TEST_F(EngineBatch, AreListedNewestFirst) {
  ASSERT_EQ(create({{"queue_ids", {1}}}).status, 201);
  ASSERT_EQ(create({{"queue_ids", {2, 3}}}).status, 201);
  const auto page = [&](const std::multimap<std::string, std::string>& query) {
    return caller.call(Method::Get, "/api/v1/tests/batch", nullptr, query).body;
  };
  const auto first = page({{"limit", "1"}});
  EXPECT_EQ(first.at("total").as_int64(), 2);
  EXPECT_EQ(first.at("items").at(0).at("batch_id").as_int64(), 2);
  EXPECT_EQ(first.at("items").at(0).at("total").as_int64(), 2);
  EXPECT_EQ(first.at("items").at(0).at("counts").at("waiting").as_int64(), 2);
  const auto second = page({{"limit", "1"}, {"cursor", std::string(first.at("next_cursor").as_string())}});
  EXPECT_EQ(second.at("items").at(0).at("batch_id").as_int64(), 1);
}

TEST_F(EngineBatch, TwoOrchestratorsStartEachItemOnce) {
  (void)database.query(
      "INSERT INTO systems (id, name, minion_id, ip, target_os, role, first_seen_at, seen_at) SELECT n, 'test-' || n, 'm' || n, '', "
      "'ubuntu', "
      "'test', '2026-11-01Z', '2026-11-01Z' FROM generate_series(11, 13) n");
  (void)database.query(
      "INSERT INTO system_errata SELECT n, advisory_name, 501, '2026-11-01Z' FROM errata_cache, generate_series(11, 13) n");
  ASSERT_EQ(create({{"target_os", "ubuntu"}}).status, 201);
  {
    std::vector<std::jthread> nodes;
    for (int i = 0; i < 4; ++i) nodes.emplace_back([&] { dispatch(); });
  }
  EXPECT_EQ(count("patch_tests"), 4);
  EXPECT_EQ(count("patch_test_queue WHERE status = 'testing'"), 4);
  EXPECT_THAT(states(), ElementsAre("testing", "testing", "testing", "testing"));
}

TEST_F(EngineBatch, StopsOnTheFirstFailureWhenAskedTo) {
  ASSERT_EQ(create({{"target_os", "ubuntu"}, {"limit", 3}, {"stop_on_failure", true}}).status, 201);
  dispatch();
  end_run("failed");
  dispatch();
  EXPECT_THAT(states(), ElementsAre("failed", "cancelled", "cancelled"));
  EXPECT_EQ(batch().at("status").as_string(), "completed");
  EXPECT_EQ(count("patch_tests"), 1);
  EXPECT_EQ(count("patch_test_queue WHERE status = 'queued'"), 3);
}

TEST_F(EngineBatch, ARetryStaysInItsBatch) {
  ASSERT_EQ(create({{"queue_ids", {1}}}).status, 201);
  dispatch();
  fleet.host.is_online = false;
  drive();
  EXPECT_EQ(item("status"), "retry_pending");
  dispatch();
  EXPECT_THAT(states(), ElementsAre("testing"));
  EXPECT_EQ(batch().at("status").as_string(), "running");
}

TEST_F(EngineBatch, CancelledItemsStayQueuedAndRunningOnesGoOn) {
  ASSERT_EQ(create({{"queue_ids", {1, 2}}}).status, 201);
  dispatch();
  const auto cancelled = cancel({{"reason", "change freeze"}});
  ASSERT_EQ(cancelled.status, 200) << cancelled.message;
  EXPECT_EQ(cancelled.body.at("status").as_string(), "cancelled");
  EXPECT_THAT(std::string(cancelled.body.at("items").at(0).at("reason").as_string()), HasSubstr("its test goes on"));
  dispatch();
  EXPECT_EQ(count("patch_tests"), 1);
  EXPECT_EQ(column("abort_requested_at"), "");
  drive();
  EXPECT_EQ(item("status"), "pending_approval");
  dispatch();
  EXPECT_EQ(count("patch_tests"), 1);
  EXPECT_EQ(cancel().error, "conflict");
  EXPECT_EQ(count("audit_log WHERE action = 'batch.cancelled' AND reason = 'change freeze'"), 1);
}

TEST_F(EngineBatch, CancellingCanAbortWhatRuns) {
  ASSERT_EQ(create({{"queue_ids", {1, 2}}}).status, 201);
  dispatch();
  ASSERT_EQ(cancel({{"abort_running", true}}).status, 200);
  drive();
  EXPECT_EQ(column("status"), "aborted");
  expect_host_is_back();
}

TEST_F(EngineBatch, FollowsWhatPeopleDoWithItsItems) {
  ASSERT_EQ(create({{"queue_ids", {1, 2, 3}}}).status, 201);
  (void)database.query("DELETE FROM patch_test_queue WHERE id = 3");
  (void)database.query(
      "UPDATE patch_test_queue SET status = 'superseded', superseded_by = 'USN-7004-1', completed_at = now() WHERE id = 2");
  (void)start_test();
  dispatch();
  EXPECT_THAT(states(), ElementsAre("testing", "skipped"));
}

TEST_F(EngineBatch, RefusesWhatCannotBeInIt) {
  EXPECT_EQ(create({}).status, 400);
  EXPECT_EQ(create({{"queue_ids", {99}}}).status, 404);
  EXPECT_EQ(create({{"target_os", "rhel"}}).error, "no_items_in_queue");
  EXPECT_EQ(create({{"queue_ids", {1}}, {"test_config", {{"cpu_threshold", 101}}}}).status, 400);
  ASSERT_EQ(create({{"queue_ids", {1}}}).status, 201);
  EXPECT_EQ(create({{"queue_ids", {1, 2}}}).error, "conflict") << "it is in another batch";
  ASSERT_EQ(create({{"target_os", "ubuntu"}}).status, 201) << "those that are in none";
  EXPECT_EQ(states(2).size(), 3U);
  dispatch();
  EXPECT_EQ(create({{"queue_ids", {1}}}).error, "invalid_transition") << "it is being tested";
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/tests/batch/99/status").status, 404);
  EXPECT_EQ(caller.call(Method::Post, "/api/v1/tests/batch/99/cancel").status, 404);
}

TEST_F(EngineBatch, TheQueueSaysWhatABatchWaitsFor) {
  ASSERT_EQ(create({{"queue_ids", {1, 2}}}).status, 201);
  dispatch();
  Caller queue{queue::endpoints(database.pool(), clock, scoring::Weights{}), clock};
  const auto code = [&](int id) {
    return std::string(queue.call(Method::Get, "/api/v1/queue/" + std::to_string(id)).body.at("waiting_code").as_string());
  };
  EXPECT_EQ(code(2), "all_busy");
  EXPECT_EQ(code(3), "not_asked");
}

}  // namespace
}  // namespace spm::test
