// What may be queued, what a newer erratum does to an older one, and what the endpoints show and change; on a real database.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/integration/queue_fixture.hpp"

namespace spm {
namespace {

using http::Method;
using queue::Status;
using test::names_in;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Queue : public test::QueueFixture {};

std::string reason_for(const json::object& answer, std::string_view erratum) {
  for (const json::value& one : answer.at("skipped").as_array()) {
    if (one.at("errata_id").as_string() == erratum) return std::string(one.at("reason").as_string());
  }
  return "";
}

// ---------------------------------------------------------------- adding

TEST_F(Queue, AddsAScoredErratumAndTellsItsPosition) {
  rows.scored({.name = "USN-1-1"}, 60);
  rows.scored({.name = "USN-2-1"}, 90);
  const auto answer = add({"USN-1-1", "USN-2-1"});
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body.at("added").as_int64(), 2);
  EXPECT_EQ(answer.body.at("items").at(0).at("position").as_int64(), 2);
  EXPECT_EQ(answer.body.at("items").at(1).at("position").as_int64(), 1);
  const queue::Item item = rows.read(QueueId{answer.body.at("items").at(0).at("queue_id").as_int64()});
  EXPECT_EQ(item.created_by, "api-key:tester");
  EXPECT_EQ(item.success_score, 60);
}

TEST_F(Queue, AcceptsOneErratumByItsName) {
  rows.scored({.name = "USN-1-1"});
  const auto answer =
      caller.call(Method::Post, "/api/v1/queue",
                  json::object{{"errata_id", "USN-1-1"}, {"target_os", "ubuntu"}, {"priority_override", 7}, {"notes", "soon"}});
  EXPECT_EQ(answer.status, 201);
  const queue::Item item = rows.read(QueueId{answer.body.at("items").at(0).at("queue_id").as_int64()});
  EXPECT_EQ(item.priority_override, 7);
  EXPECT_EQ(item.notes, "soon");
}

TEST_F(Queue, SkipsWithAReasonWhatCannotBeQueued) {
  rows.scored({.name = "USN-1-1"});
  rows.scored({.name = "RHSA-2026:0001", .target_os = "rhel"});
  rows.erratum({.name = "USN-2-1", .has_packages = false});
  rows.scored({.name = "USN-3-1", .withdrawn_at = clock.now()});
  rows.scored({.name = "USN-4-1"});
  rows.item("USN-4-1", {Status::Testing, Status::Failed});
  const auto answer = add({"USN-1-1", "USN-404-1", "RHSA-2026:0001", "USN-2-1", "USN-3-1", "USN-4-1"});
  EXPECT_EQ(answer.status, 200) << "only a part was added";
  EXPECT_EQ(answer.body.at("added").as_int64(), 1);
  EXPECT_EQ(reason_for(answer.body, "USN-404-1"), "unknown erratum");
  EXPECT_THAT(reason_for(answer.body, "RHSA-2026:0001"), HasSubstr("it is for rhel, not for ubuntu"));
  EXPECT_THAT(reason_for(answer.body, "USN-2-1"), HasSubstr("packages are not known"));
  EXPECT_THAT(reason_for(answer.body, "USN-3-1"), HasSubstr("withdrawn"));
  EXPECT_THAT(reason_for(answer.body, "USN-4-1"), HasSubstr("is failed; to test it again, PATCH /api/v1/queue/"));
}

TEST_F(Queue, ComputesTheScoreOfAnErratumThatHasNone) {
  rows.erratum({.name = "USN-1-1"});
  const auto answer = add({"USN-1-1"});
  ASSERT_EQ(answer.status, 201) << reason_for(answer.body, "USN-1-1");
  EXPECT_GT(rows.read(QueueId{answer.body.at("items").at(0).at("queue_id").as_int64()}).success_score, 0);
}

TEST_F(Queue, CountsWhatIsQueuedAlready) {
  rows.scored({.name = "USN-1-1"});
  EXPECT_EQ(add({"USN-1-1"}).body.at("added").as_int64(), 1);
  const auto again = add({"USN-1-1"});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body.at("added").as_int64(), 0);
  EXPECT_EQ(again.body.at("already_queued").as_int64(), 1);
}

TEST_F(Queue, RefusesAnOperatingSystemThatNobodyKnows) {
  rows.scored({.name = "USN-1-1"});
  const auto answer = add({"USN-1-1"}, "beos");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.error, "validation_error");
  EXPECT_TRUE(answer.body.at("fields").as_object().contains("target_os"));
  rows.system({.id = 1, .target_os = "beos"});
  EXPECT_EQ(add({"USN-1-1"}, "beos").status, 200) << "a test system of it makes it known";
}

TEST_F(Queue, QueuesAnErratumOnceWhenManyAddItAtTheSameTime) {
  rows.scored({.name = "USN-1-1"});
  rows.scored({.name = "USN-2-1"});
  std::atomic<std::int64_t> added = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const auto answer = i % 2 == 0 ? add({"USN-1-1", "USN-2-1"}) : add({"USN-2-1", "USN-1-1"});
        added += answer.body.at("added").as_int64();
      });
    }
  }
  EXPECT_EQ(added, 2);
}

// ---------------------------------------------------------------- counting

TEST_F(Queue, TheCountFollowsEveryChangeAlsoBesideFoldsAndRollbacks) {
  for (int i = 1; i <= 8; ++i) rows.scored({.name = "USN-" + std::to_string(i) + "-1"});
  const auto counted = [&] {
    std::map<std::string, std::int64_t> all;
    const db::Statement by_hand{"queue_test.count",
                                "SELECT target_os || ' ' || status AS kind, count(*) AS items FROM patch_test_queue GROUP BY 1"};
    for (const db::Row row : pool().acquire()->execute(by_hand)) all[row.text("kind")] = row.integer("items");
    return all;
  };
  const auto tallied = [&] {
    std::map<std::string, std::int64_t> all;
    const db::Statement by_tally{"queue_test.tally",
                                 "SELECT target_os || ' ' || status AS kind, sum(items)::bigint AS items FROM queue_tally GROUP BY 1 "
                                 "HAVING sum(items) <> 0"};
    for (const db::Row row : pool().acquire()->execute(by_tally)) all[row.text("kind")] = row.integer("items");
    return all;
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i <= 8; ++i) {
      threads.emplace_back([&, i] {
        const std::string name = "USN-" + std::to_string(i) + "-1";
        for (int round = 0; round < 10; ++round) {
          const auto added = add({name});
          const QueueId item{added.body.at("items").at(0).at("queue_id").as_int64()};
          if (i == 1) in_tx([&](db::Tx& tx) { return queue::fold_tally(tx, clock.now()), true; });
          if (round < 9) one(http::Method::Delete, item);
        }
      });
    }
  }
  EXPECT_EQ(tallied(), counted());
  EXPECT_EQ(counted().at("ubuntu queued"), 8);
  {
    db::Tx tx(pool());
    tx.execute({"queue_test.wipe", "DELETE FROM patch_test_queue WHERE status = 'queued'"});
  }
  EXPECT_EQ(tallied(), counted()) << "what was rolled back did not happen";
  in_tx([&](db::Tx& tx) { return tx.execute({"queue_test.wipe", "DELETE FROM patch_test_queue WHERE status = 'queued'"}).affected(); });
  EXPECT_EQ(tallied(), counted());
}

// ---------------------------------------------------------------- superseding

TEST_F(Queue, ANewerErratumSupersedesTheOlderItemsThatWait) {
  rows.scored({.name = "USN-1-2"});
  rows.scored({.name = "USN-1-1", .superseded_by = "USN-1-2"});
  rows.scored({.name = "USN-2-2"});
  rows.scored({.name = "USN-2-1", .superseded_by = "USN-2-2"});
  const QueueId waiting = rows.item("USN-1-1");
  const QueueId in_test = rows.item("USN-2-1", {Status::Testing});
  const auto answer = add({"USN-1-2", "USN-2-2"});
  EXPECT_EQ(answer.status, 201);
  ASSERT_EQ(answer.body.at("superseded").as_array().size(), 1U);
  EXPECT_EQ(answer.body.at("superseded").at(0).at("queue_id").as_int64(), waiting.value);
  EXPECT_EQ(answer.body.at("superseded").at(0).at("superseded_by").as_string(), "USN-1-2");
  EXPECT_EQ(rows.read(waiting).status, Status::Superseded);
  EXPECT_EQ(rows.read(waiting).superseded_by, AdvisoryName{"USN-1-2"});
  EXPECT_EQ(rows.read(in_test).status, Status::Testing) << "what is being tested is left alone";
}

TEST_F(Queue, SkipsAnErratumThatANewerOneCovers) {
  rows.scored({.name = "USN-1-3"});
  rows.scored({.name = "USN-1-2", .in_uyuni = false, .superseded_by = "USN-1-3"});
  rows.scored({.name = "USN-1-1", .superseded_by = "USN-1-2"});
  EXPECT_EQ(reason_for(add({"USN-1-1"}).body, "USN-1-1"), "superseded by USN-1-3; add that one instead");
  rows.item("USN-1-3");
  EXPECT_EQ(reason_for(add({"USN-1-1"}).body, "USN-1-1"), "superseded by USN-1-3; that one is in the queue");
}

TEST_F(Queue, QueuesAnErratumWhoseNewerOneCannotBeApplied) {
  rows.scored({.name = "USN-1-2", .in_uyuni = false});
  rows.scored({.name = "USN-1-1", .superseded_by = "USN-1-2"});
  EXPECT_EQ(add({"USN-1-1"}).status, 201);
}

TEST_F(Queue, FollowsTheCatalogueAfterASync) {
  rows.scored({.name = "USN-1-1"});
  rows.scored({.name = "USN-2-1"});
  rows.scored({.name = "USN-3-1"});
  const QueueId waiting = rows.item("USN-1-1", {Status::Testing, Status::RetryPending});
  const QueueId in_test = rows.item("USN-2-1", {Status::Testing});
  const QueueId failed = rows.item("USN-3-1", {Status::Testing, Status::Failed});
  for (const std::string family : {"USN-1", "USN-2", "USN-3"}) {
    rows.scored({.name = family + "-2"});
    rows.covers(family + "-2", family + "-1");
  }
  const auto newer = in_tx([&](db::Tx& tx) { return queue::queue_newer_of_failed(tx, {}, clock.now()); });
  ASSERT_EQ(newer.added.size(), 1U);
  EXPECT_EQ(newer.added[0].erratum.value, "USN-3-2");
  EXPECT_EQ(rows.read(newer.added[0].id).created_by, "scheduler");
  EXPECT_EQ(rows.read(failed).status, Status::Superseded);
  const auto superseded = in_tx([&](db::Tx& tx) { return queue::supersede_covered(tx, clock.now()); });
  ASSERT_EQ(superseded.size(), 1U);
  EXPECT_EQ(superseded[0].id, waiting);
  EXPECT_EQ(rows.read(in_test).status, Status::Testing);
  EXPECT_THAT(in_tx([&](db::Tx& tx) { return queue::supersede_covered(tx, clock.now()); }), IsEmpty());
}

TEST_F(Queue, TheNewerVersionOfAFailedErratumIsQueuedOnceAndSaysWhy) {
  rows.scored({.name = "USN-3-1"});
  rows.scored({.name = "USN-3-2"});
  const auto follow = [&] { return in_tx([&](db::Tx& tx) { return queue::queue_newer_of_failed(tx, {}, clock.now()); }); };
  rows.covers("USN-3-2", "USN-3-1");
  rows.item("USN-3-1", {Status::Testing, Status::Failed});
  const auto first = follow();
  ASSERT_EQ(first.added.size(), 1U);
  EXPECT_EQ(database
                .query("SELECT actor || ': ' || reason AS why FROM audit_log WHERE action = 'queue.add' AND subject_id = '" +
                       std::to_string(first.added[0].id.value) + "'")[0]
                .text("why"),
            "scheduler: newer version of USN-3-1, whose test failed");
  EXPECT_THAT(follow().added, IsEmpty());
  (void)database.query("UPDATE patch_test_queue SET status = 'completed', completed_at = now() WHERE advisory_name = 'USN-3-2'");
  (void)database.query("UPDATE patch_test_queue SET status = 'failed' WHERE advisory_name = 'USN-3-1'");
  EXPECT_THAT(follow().added, IsEmpty()) << "it has had its turn";
}

// ---------------------------------------------------------------- POST /queue/sync

class QueueSync : public Queue {
 protected:
  void SetUp() override {
    rows.system({.id = 1});
    rows.system({.id = 2, .target_os = "rhel"});
    rows.system({.id = 3, .role = "production"});
    rows.scored({.name = "USN-1-1", .severity = "Critical"});
    rows.scored({.name = "USN-2-1", .severity = "Low"});
    rows.scored({.name = "USN-3-1", .severity = "High"});
    rows.scored({.name = "RHSA-2026:0001", .target_os = "rhel", .severity = "Medium"});
    rows.applicable(1, "USN-1-1");
    rows.applicable(1, "USN-2-1");
    rows.applicable(3, "USN-3-1");
    rows.applicable(2, "RHSA-2026:0001");
  }
  test::Caller::Answer sync(const json::object& body) { return caller.call(Method::Post, "/api/v1/queue/sync", body); }
};

TEST_F(QueueSync, QueuesWhatTestSystemsMissFromMediumUp) {
  const auto answer = sync({});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.at("new_errata_found").as_int64(), 2);
  EXPECT_EQ(answer.body.at("queued").as_int64(), 2);
  EXPECT_THAT(names_in(answer.body), UnorderedElementsAre("USN-1-1", "RHSA-2026:0001")) << "not what only production misses";
  EXPECT_EQ(sync({}).body.at("new_errata_found").as_int64(), 0);
}

TEST_F(QueueSync, HonoursSeverityAndOperatingSystem) {
  EXPECT_THAT(names_in(sync({{"min_severity", "Low"}, {"os_filter", {"ubuntu"}}}).body), UnorderedElementsAre("USN-1-1", "USN-2-1"));
}

TEST_F(QueueSync, ChangesNothingInADryRun) {
  for (const json::object& body : {json::object{{"dry_run", true}}, json::object{{"auto_queue_new", false}}}) {
    const auto answer = sync(body);
    EXPECT_EQ(answer.body.at("queued").as_int64(), 2);
    EXPECT_TRUE(answer.body.at("items").at(0).at("queue_id").is_null());
    EXPECT_EQ(caller.call(Method::Get, "/api/v1/queue").body.at("total").as_int64(), 0);
  }
}

TEST_F(QueueSync, LeavesOutWhatWasTestedUnlessToldOtherwise) {
  rows.item("USN-1-1",
            {Status::Testing, Status::PendingApproval, Status::Approved, Status::Promoting, Status::ProdPending, Status::RolledBack});
  EXPECT_THAT(names_in(sync({{"dry_run", true}}).body), ElementsAre("RHSA-2026:0001"));
  EXPECT_THAT(names_in(sync({{"exclude_already_tested", false}}).body), UnorderedElementsAre("USN-1-1", "RHSA-2026:0001"));
}

// ---------------------------------------------------------------- reading

TEST_F(Queue, ListsWithFiltersAndCounts) {
  rows.scored({.name = "USN-1-1", .severity = "Critical"}, 50);
  rows.scored({.name = "USN-2-1", .severity = "Low"}, 90);
  rows.scored({.name = "RHSA-2026:0001", .target_os = "rhel"}, 70);
  const QueueId in_test = rows.item("USN-1-1", {Status::Testing});
  rows.item("USN-2-1");
  rows.item("RHSA-2026:0001", {}, "rhel");
  const auto list = [&](const std::multimap<std::string, std::string>& query) {
    return caller.call(Method::Get, "/api/v1/queue", nullptr, query).body;
  };
  const json::object all = list({});
  EXPECT_THAT(names_in(all), ElementsAre("USN-2-1", "RHSA-2026:0001", "USN-1-1"));
  EXPECT_EQ(all.at("total").as_int64(), 3);
  EXPECT_EQ(all.at("by_status"), (json::object{{"queued", 2}, {"testing", 1}}));
  EXPECT_TRUE(all.at("items").at(2).at("position").is_null());
  EXPECT_EQ(all.at("items").at(0).at("errata_version").as_string(), "3.0.2-1");
  EXPECT_THAT(names_in(list({{"status", "testing"}})), ElementsAre("USN-1-1"));
  EXPECT_EQ(list({{"status", "testing"}}).at("total").as_int64(), 1);
  EXPECT_THAT(names_in(list({{"os", "rhel"}})), ElementsAre("RHSA-2026:0001"));
  EXPECT_THAT(names_in(list({{"severity", "Low"}})), ElementsAre("USN-2-1"));
  EXPECT_THAT(names_in(list({{"q", "fixes usn-1"}})), ElementsAre("USN-1-1"));
  EXPECT_THAT(names_in(list({{"q", "%"}})), IsEmpty()) << "a wildcard means itself";
  EXPECT_THAT(names_in(list({{"limit", "1"}, {"offset", "1"}})), ElementsAre("RHSA-2026:0001"));
  EXPECT_EQ(one(Method::Get, in_test).body.at("status").as_string(), "testing");
  const json::object stats = caller.call(Method::Get, "/api/v1/queue/stats").body;
  EXPECT_EQ(stats.at("total").as_int64(), 3);
  EXPECT_EQ(stats.at("by_os"), (json::object{{"rhel", 1}, {"ubuntu", 2}}));
  EXPECT_EQ(stats.at("oldest_queued_at").as_string(), "2026-03-02T09:15:00Z");
  EXPECT_TRUE(stats.at("next_retry_at").is_null());
}

TEST_F(Queue, ACursorOfAnotherOrderIsRefused) {
  rows.scored({.name = "USN-1-1"});
  rows.item("USN-1-1");
  const auto page = caller.call(Method::Get, "/api/v1/queue", nullptr, {{"limit", "1"}});
  rows.config("queue.mode", "security");
  const auto answer = caller.call(Method::Get, "/api/v1/queue", nullptr,
                                  {{"limit", "1"}, {"cursor", std::string(page.body.at("next_cursor").as_string())}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.error, "validation_error");
}

// ---------------------------------------------------------------- changing and deleting

TEST_F(Queue, PatchChangesPriorityAndTellsTheNewPosition) {
  rows.scored({.name = "USN-1-1"}, 90);
  rows.scored({.name = "USN-2-1"}, 80);
  rows.item("USN-1-1");
  const QueueId id = rows.item("USN-2-1");
  const auto answer = one(Method::Patch, id, json::object{{"priority_override", 5}, {"notes", "now"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.at("new_position").as_int64(), 1);
  EXPECT_EQ(answer.body.at("notes").as_string(), "now");
}

TEST_F(Queue, PatchMakesOnlyTheTransitionsThatAPersonMayAskFor) {
  rows.scored({.name = "USN-1-1"});
  rows.scored({.name = "USN-2-1"});
  const QueueId failed = rows.item("USN-1-1", {Status::Testing, Status::Failed});
  EXPECT_EQ(one(Method::Patch, failed, json::object{{"status", "queued"}}).body.at("status").as_string(), "queued");
  const auto refused = one(Method::Patch, failed, json::object{{"status", "pending_approval"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.error, "invalid_transition");
  EXPECT_EQ(one(Method::Patch, failed, json::object{{"status", "superseded"}}).error, "validation_error") << "by which erratum?";
  EXPECT_EQ(one(Method::Patch, failed, json::object{{"status", "superseded"}, {"superseded_by", "USN-404-1"}}).error, "validation_error");
  EXPECT_EQ(one(Method::Patch, failed, json::object{{"status", "superseded"}, {"superseded_by", "USN-2-1"}}).status, 200);
  EXPECT_EQ(rows.read(failed).status, Status::Superseded);
  EXPECT_EQ(one(Method::Patch, QueueId{987654}, json::object{{"notes", "x"}}).status, 404);
}

TEST_F(Queue, DeletesWhatIsNotUnderWayAndKeepsTheEvidence) {
  rows.system({.id = 1});
  for (const std::string name : {"USN-1-1", "USN-2-1", "USN-3-1"}) rows.scored({.name = name});
  const QueueId queued = rows.item("USN-1-1");
  const auto deleted = one(Method::Delete, queued);
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(deleted.body, (json::object{{"deleted", true}, {"queue_id", queued.value}, {"errata_id", "USN-1-1"}}));
  EXPECT_EQ(one(Method::Delete, queued).status, 404);
  const QueueId in_test = rows.item("USN-2-1", {Status::Testing});
  EXPECT_EQ(one(Method::Delete, in_test).error, "cannot_delete");
  const QueueId failed = rows.item("USN-3-1", {Status::Testing, Status::Failed});
  const TestId run = rows.test_run(failed, 1, "failed");
  EXPECT_EQ(one(Method::Delete, failed).status, 200);
  EXPECT_EQ(database.query("SELECT queue_id::text AS item FROM patch_tests WHERE id = " + std::to_string(run.value))[0].text("item"),
            std::to_string(failed.value));
}

TEST_F(Queue, ADeletedItemIsNowhereAndItsErratumCanBeQueuedAgain) {
  for (const std::string name : {"USN-1-1", "USN-2-1"}) rows.scored({.name = name});
  const QueueId deleted = rows.item("USN-1-1");
  rows.item("USN-2-1");
  one(Method::Delete, deleted);
  EXPECT_EQ(one(Method::Get, deleted).status, 404);
  EXPECT_EQ(one(Method::Patch, deleted, json::object{{"notes", "x"}}).status, 404);
  const auto listed = caller.call(Method::Get, "/api/v1/queue");
  EXPECT_THAT(names_in(listed.body), ElementsAre("USN-2-1"));
  EXPECT_EQ(listed.body.at("total"), json::value(1));
  EXPECT_EQ(listed.body.at("items").at(0).at("position"), json::value(1));
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/queue/stats").body.at("total"), json::value(1));
  const auto first = in_tx([](db::Tx& tx) { return queue::next(tx, "ubuntu", queue::Mode::Safest); });
  EXPECT_EQ(first->erratum.value, "USN-2-1");
  EXPECT_EQ(add({"USN-1-1"}).status, 201);
}

TEST_F(Queue, RefusesWhatTheContractDoesNotKnowAndChangesNothing) {
  rows.scored({.name = "USN-1-1"});
  const auto refused = [&](const test::Caller::Answer& answer, std::string_view field) {
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.error, "validation_error");
    EXPECT_TRUE(answer.body.contains("fields") && answer.body.at("fields").as_object().contains(field)) << field;
  };
  refused(caller.call(Method::Get, "/api/v1/queue", nullptr, {{"status", "lost"}}), "status");
  refused(caller.call(Method::Get, "/api/v1/queue", nullptr, {{"colour", "red"}}), "colour");
  refused(caller.call(Method::Get, "/api/v1/queue", nullptr, {{"cursor", "00ff"}}), "cursor");
  refused(caller.call(Method::Get, "/api/v1/queue/seven"), "id");
  EXPECT_EQ(caller.call(Method::Post, "/api/v1/queue", json::object{{"errata_ids", json::array{}}, {"target_os", "ubuntu"}}).status, 400);
  EXPECT_EQ(
      caller.call(Method::Post, "/api/v1/queue", json::object{{"errata_ids", {"USN-1-1"}}, {"target_os", "ubuntu"}, {"loud", true}}).status,
      400);
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/queue").body.at("total").as_int64(), 0);
}

TEST_F(Queue, EveryChangeLeavesAnAuditLineAndAnEvent) {
  rows.scored({.name = "USN-1-1"});
  const QueueId id{add({"USN-1-1"}).body.at("items").at(0).at("queue_id").as_int64()};
  rows.move(id, Status::Testing);
  rows.move(id, Status::Failed);
  one(Method::Patch, id, json::object{{"status", "queued"}, {"notes", "again"}, {"reason", "fixed the host"}});
  one(Method::Delete, id);
  EXPECT_THAT(rows.audited(id), ElementsAre("queue.add", "queue.advance", "queue.advance", "queue.advance", "queue.amend", "queue.delete"));
  EXPECT_THAT(rows.events(id),
              ElementsAre("queue.added", "queue.advanced", "queue.advanced", "queue.advanced", "queue.amended", "queue.deleted"));
}

}  // namespace
}  // namespace spm
