// Many errata in one run: all pass at once, or the culprits are found in halves, on a system that is put back in between.

#include <gmock/gmock.h>

#include "engine/batch.hpp"
#include "tests/integration/engine_fixture.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::test {
namespace {

using http::Method;
using ::testing::HasSubstr;

// Items 1 to 4, each with a package of its own, all missing on the one test system.
class EngineBisect : public EngineTest {
 protected:
  EngineBisect() {
    for (const int n : {2, 3, 4}) {
      const auto number = std::to_string(n);
      (void)database.query(
          "INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, packages, "
          "first_seen_at, changed_at) VALUES ('USN-700" +
          number + "-1', 'x', 'security', 'Low', 'vendor', 'usn', 'ubuntu', '[{\"name\":\"pkg" + number +
          "\",\"evr\":\"2\",\"arch\":\"all\",\"size_bytes\":1}]', '2026-11-01Z', '2026-11-01Z')");
      (void)database.query(
          "INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, "
          "queued_at, changed_at) VALUES ('USN-700" +
          number + "-1', 'ubuntu', 'queued', false, 50, 1, 'x', '2026-11-01Z', '2026-11-01Z')");
      (void)database.query("INSERT INTO system_errata VALUES (1000010007, 'USN-700" + number + "-1', 50" + number + ", '2026-11-01Z')");
      fleet.host.packages["pkg" + number] = "1";
      fleet.scheduling_ids["USN-700" + number + "-1"] = 500 + n;
      fleet.patches[500 + n].packages = {{"pkg" + number, "2"}};
    }
  }
  Caller::Answer create(json::object body = {{"queue_ids", {1, 2, 3, 4}}}) {
    body["bisect"] = true;
    return caller.call(Method::Post, "/api/v1/tests/batch", body);
  }
  json::object batch() { return caller.call(Method::Get, "/api/v1/tests/batch/1/status").body; }
  void dispatch() { engine::tasks(database.pool(), clock, settings)[0].run({}); }
  void dispatch_until_over() {
    for (int i = 0; i < 20 && count("test_batches WHERE status = 'running'") > 0; ++i) {
      dispatch();
      if (is_running()) drive();
    }
    EXPECT_EQ(count("test_batches WHERE status = 'running'"), 0);
  }
  std::string status_of(int id) {
    return database.query("SELECT status FROM patch_test_queue WHERE id = " + std::to_string(id))[0].text("status");
  }

  Caller caller{engine::endpoints(database.pool(), clock, settings), clock};
};

TEST_F(EngineBisect, OneRunIsEnoughWhenAllPass) {
  const auto created = create();
  ASSERT_EQ(created.status, 201) << created.message;
  dispatch();
  for (const int id : {1, 2, 3, 4}) EXPECT_EQ(status_of(id), "testing");
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/test/1").body.at("errata_ids").as_array().size(), 4U);
  dispatch_until_over();
  EXPECT_EQ(count("patch_tests"), 1);
  for (const int id : {1, 2, 3, 4}) EXPECT_EQ(status_of(id), "pending_approval");
  EXPECT_EQ(fleet.schedules, 1) << "one action";
  EXPECT_EQ(fleet.host.packages["pkg4"], "2");
  const auto shown = batch();
  EXPECT_EQ(shown.at("counts").at("passed").as_int64(), 4);
  EXPECT_EQ(shown.at("sets").at(0).at("state").as_string(), "passed");
  db::Tx tx(database.pool());
  EXPECT_EQ(engine::latest_passed(tx, QueueId{3})->id, TestId{1}) << "the decision about a further item rests on the same run";
  const auto listed = caller.call(Method::Get, "/api/v1/tests", nullptr, {{"queue_id", "3"}});
  EXPECT_EQ(listed.body.at("total").as_int64(), 1);
}

TEST_F(EngineBisect, FindsTheCulpritAndLetsTheOthersPass) {
  fleet.patches[503].stops_services = {"nginx"};
  ASSERT_EQ(create().status, 201);
  dispatch_until_over();
  EXPECT_EQ(count("patch_tests"), 5);
  EXPECT_EQ(status_of(3), "failed");
  for (const int id : {1, 2, 4}) EXPECT_EQ(status_of(id), "pending_approval") << id;
  const auto rows = database.query("SELECT failure_class, failure_reason FROM patch_test_queue WHERE id = 3");
  EXPECT_EQ(rows[0].text("failure_class"), "regression");
  EXPECT_THAT(rows[0].text("failure_reason"), HasSubstr("nginx"));
  EXPECT_EQ(fleet.host.packages["pkg3"], "1") << "the culprit was undone";
  EXPECT_EQ(fleet.host.packages["pkg4"], "2");
  EXPECT_EQ(count("risk_profiles WHERE times_tested = 1 AND times_failed = 0"), 1) << "a set that failed says nothing about one of it";
  EXPECT_EQ(batch().at("counts").at("failed").as_int64(), 1);
  EXPECT_EQ(system("quarantined_at"), "");
}

TEST_F(EngineBisect, AnErratumThatDoesNotLandIsACulprit) {
  fleet.patches[504].packages.clear();
  ASSERT_EQ(create().status, 201);
  dispatch_until_over();
  EXPECT_EQ(status_of(4), "failed");
  for (const int id : {1, 2, 3}) EXPECT_EQ(status_of(id), "pending_approval") << id;
}

TEST_F(EngineBisect, WhatSaysNothingIsRetriedOneByOne) {
  ASSERT_EQ(create().status, 201);
  dispatch();
  fleet.host.is_online = false;
  drive();
  for (const int id : {1, 2, 3, 4}) EXPECT_EQ(status_of(id), "retry_pending");
  EXPECT_EQ(count("test_batch_sets"), 1);
  dispatch();
  EXPECT_EQ(batch().at("counts").at("testing").as_int64(), 4) << "retries are part of the batch";
}

TEST_F(EngineBisect, CancellingInTheMidstOfTheSearchFailsWhatIsNotKnown) {
  fleet.patches[503].stops_services = {"nginx"};
  ASSERT_EQ(create().status, 201);
  dispatch();
  drive();
  ASSERT_EQ(caller.call(Method::Post, "/api/v1/tests/batch/1/cancel").status, 200);
  dispatch();
  for (const int id : {1, 2, 3, 4}) EXPECT_EQ(status_of(id), "failed");
  EXPECT_EQ(count("patch_tests"), 1);
  EXPECT_EQ(count("test_batch_sets WHERE state = 'waiting'"), 0);
}

TEST_F(EngineBisect, RefusesWhatCannotBeOneRun) {
  EXPECT_EQ(create({{"queue_ids", {1, 2}}, {"stop_on_failure", true}}).status, 400);
  (void)database.query("DELETE FROM system_errata WHERE advisory_name = 'USN-7002-1'");
  EXPECT_EQ(create().error, "conflict");
  (void)database.query("UPDATE patch_test_queue SET target_os = 'debian' WHERE id = 3");
  EXPECT_EQ(create({{"queue_ids", {1, 3}}}).status, 400);
  EXPECT_EQ(count("test_batches"), 0);
}

}  // namespace
}  // namespace spm::test
