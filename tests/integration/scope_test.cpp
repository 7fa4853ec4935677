// A caller with a scope: what is outside does not exist.

#include "approvals/approvals.hpp"
#include "catalogue/catalogue.hpp"
#include "engine/engine.hpp"
#include "queue/queue.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::test {
namespace {

using queue::Status;

class ScopeTest : public ::testing::Test {
 protected:
  ScopeTest() {
    rows.system({.id = 1000, .role = "test"});
    rows.system({.id = 2000, .role = "production"});
    rows.system({.id = 3000, .role = "production"});
    database.query("UPDATE systems SET groups = '{web}' WHERE id = 2000");
    database.query("UPDATE systems SET groups = '{db}' WHERE id = 3000");
    database.query("INSERT INTO system_groups (name, org_id, system_count, seen_at) VALUES ('web', 7, 1, now()), ('db', 8, 1, now())");
    for (const auto* name : {"USN-1-1", "USN-2-1"}) rows.scored({.name = name});
    rows.applicable(2000, "USN-1-1");
    rows.applicable(3000, "USN-2-1");
    web = rows.item("USN-1-1", {Status::Testing});
    db_item = rows.item("USN-2-1", {Status::Testing});
    web_test = rows.test_run(web, 1000, "passed");
    db_test = rows.test_run(db_item, 1000, "passed");
    database.query(R"(UPDATE patch_tests SET facts = '{"subject": {"system_name": "host1000", "ip": "192.0.2.1"}}')");
    rows.move(web, Status::PendingApproval);
    rows.move(db_item, Status::PendingApproval);
  }

  struct Answer {
    int status;
    json::object body;
  };
  Answer call(const access::Scope& scope, http::Method method, const std::string& path, const json::value& body = nullptr) {
    std::vector<http::Endpoint> all = queue::endpoints(database.pool(), clock, scoring::Weights{});
    for (auto& one : approvals::endpoints(database.pool(), clock)) all.push_back(one);
    for (auto& one : catalogue::endpoints(database.pool(), clock, {})) all.push_back(one);
    for (auto& one : engine::endpoints(database.pool(), clock, engine::Settings{})) all.push_back(one);
    const http::Dispatcher dispatcher({.endpoints = std::move(all),
                                       .authenticate = [&](const http::Request&) -> Result<access::Principal> {
                                         return access::Principal{"user:ada", access::all_permissions(), scope};
                                       },
                                       .run_once = {},
                                       .observer = {},
                                       .answer_check = http::AnswerCheck::Strict},
                                      http::Contract::embedded(), clock);
    http::Request request;
    request.method = method;
    request.path = "/api/v1" + path;
    request.request_id = "test";
    if (!body.is_null()) {
      request.headers.emplace("Content-Type", "application/json");
      request.body = json::serialize(body);
    }
    const auto response = dispatcher.handle(request).response;
    return {response.status, json::parse(response.body).as_object()};
  }
  std::int64_t total(const access::Scope& scope, const std::string& path) {
    const auto answer = call(scope, http::Method::Get, path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body.at("total").as_int64();
  }
  static std::string of(const std::string& path, QueueId id, const std::string& rest = "") {
    return path + std::to_string(id.value) + rest;
  }

  TestDatabase database;
  ManualClock clock;
  QueueRows rows{database.pool(), clock};
  QueueId web;
  QueueId db_item;
  TestId web_test;
  TestId db_test;
  const access::Scope everything;
  const access::Scope by_group{{}, {"web"}};
  const access::Scope by_organisation{{7}, {}};
  const access::Scope both{{8}, {"web"}};
  const access::Scope elsewhere{{99}, {"nothing"}};
};

TEST_F(ScopeTest, ListsLeaveOutWhatIsOutside) {
  for (const auto* path : {"/queue", "/approvals/pending", "/tests"}) {
    EXPECT_EQ(total(everything, path), 2) << path;
    EXPECT_EQ(total(by_group, path), 1) << path;
    EXPECT_EQ(total(by_organisation, path), 1) << path;
    EXPECT_EQ(total(both, path), 2) << path;
    EXPECT_EQ(total(elsewhere, path), 0) << path;
    EXPECT_EQ(call(elsewhere, http::Method::Get, path).body.at("items").as_array().size(), 0U) << path;
  }
  EXPECT_EQ(call(by_group, http::Method::Get, "/queue").body.at("items").at(0).at("errata_id").as_string(), "USN-1-1");
}

TEST_F(ScopeTest, TheSystemsOfAnErratumAreThoseInSight) {
  rows.applicable(3000, "USN-1-1");
  const auto names = [&](const access::Scope& scope, const std::string& path, const char* field) {
    std::vector<std::string> found;
    const auto answer = call(scope, http::Method::Get, path);
    for (const auto& system : answer.body.at(field).as_array()) found.emplace_back(system.at("name").as_string());
    return found;
  };
  EXPECT_EQ(names(everything, "/errata/USN-1-1", "applicable_systems").size(), 2U);
  EXPECT_EQ(names(by_group, "/errata/USN-1-1", "applicable_systems"), std::vector<std::string>{"host2000"});
  EXPECT_EQ(names(by_group, "/approvals/pending/" + std::to_string(web.value), "affected_systems"), std::vector<std::string>{"host2000"});
}

TEST_F(ScopeTest, SingleThingsOutsideAreNotThere) {
  const auto test = [](const std::string& path, TestId id, const std::string& rest = "") { return path + std::to_string(id.value) + rest; };
  EXPECT_EQ(call(by_group, http::Method::Get, of("/queue/", web)).status, 200);
  EXPECT_EQ(call(by_group, http::Method::Get, of("/queue/", db_item)).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Get, of("/approvals/pending/", db_item)).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Get, test("/test/", web_test)).status, 200);
  for (const auto* rest : {"", "/result", "/evidence", "/events"}) {
    EXPECT_EQ(call(by_group, http::Method::Get, test("/test/", db_test, rest)).status, 404) << rest;
  }
}

TEST_F(ScopeTest, NothingIsDoneToWhatIsOutside) {
  EXPECT_EQ(call(by_group, http::Method::Post, of("/approvals/", db_item, "/approve"), json::object{}).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Post, of("/approvals/", db_item, "/reject"), json::object{{"reason", "no"}}).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Patch, of("/queue/", db_item), json::object{{"notes", "mine"}}).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Delete, of("/queue/", db_item)).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Post, "/test/" + std::to_string(db_test.value) + "/abort", json::object{}).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Post, "/test/start", json::object{{"queue_id", db_item.value}}).status, 404);
  EXPECT_EQ(call(by_group, http::Method::Post, "/test/start", json::object{{"target_os", "ubuntu"}}).status, 400);
  EXPECT_EQ(call(by_group, http::Method::Post, "/tests/batch", json::object{{"target_os", "ubuntu"}}).status, 400);
  EXPECT_EQ(rows.read(db_item).status, Status::PendingApproval);
  const auto added = call(by_group, http::Method::Post, "/queue", json::object{{"errata_id", "USN-2-1"}, {"target_os", "ubuntu"}});
  EXPECT_EQ(added.body.at("skipped").at(0).at("reason").as_string(), "unknown erratum") << added.body;
  EXPECT_EQ(call(by_group, http::Method::Post, of("/approvals/", web, "/approve"), json::object{}).status, 200);
}

}  // namespace
}  // namespace spm::test
