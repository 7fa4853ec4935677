// A caller with a scope: what is outside does not exist.

#include "approvals/approvals.hpp"
#include "catalogue/catalogue.hpp"
#include "checks/checks.hpp"
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
  Answer call(const access::Scope& scope, http::Method method, const std::string& path, const json::value& body = nullptr,
              const std::multimap<std::string, std::string>& query = {}) {
    std::vector<http::Endpoint> all = queue::endpoints(database.pool(), clock, scoring::Weights{});
    for (auto& one : approvals::endpoints(database.pool(), clock)) all.push_back(one);
    for (auto& one : catalogue::endpoints(database.pool(), clock, {})) all.push_back(one);
    for (auto& one : checks::endpoints(database.pool(), clock)) all.push_back(one);
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
    request.query = query;
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
  EXPECT_EQ(call(by_group, http::Method::Get, "/approvals/selection").body.at("queue_ids").as_array().size(), 1U);
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

TEST_F(ScopeTest, AnErratumCountsTheSystemsInSight) {
  rows.applicable(3000, "USN-1-1");
  const auto counts = [&](const access::Scope& scope, const std::string& sort) {
    std::map<std::string, std::int64_t> found;
    const auto answer = call(scope, http::Method::Get, "/errata", nullptr, {{"sort", sort}});
    for (const auto& item : answer.body.at("items").as_array())
      found[std::string(item.at("errata_id").as_string())] = item.at("applicable_system_count").as_int64();
    return found;
  };
  for (const auto* sort : {"issued_at", "severity", "errata_id"}) {
    EXPECT_EQ(counts(everything, sort), (std::map<std::string, std::int64_t>{{"USN-1-1", 2}, {"USN-2-1", 1}})) << sort;
    EXPECT_EQ(counts(by_group, sort), (std::map<std::string, std::int64_t>{{"USN-1-1", 1}, {"USN-2-1", 0}})) << sort;
  }
  const auto applicable = call(by_group, http::Method::Get, "/errata", nullptr, {{"applicable", "true"}});
  EXPECT_EQ(applicable.body.at("total").as_int64(), 1);
  EXPECT_EQ(applicable.body.at("items").as_array().size(), 1U);
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

TEST_F(ScopeTest, TheStatusOfTheEngineCountsWhatIsInSight) {
  database.query("UPDATE systems SET role = 'test' WHERE id = 3000");
  (void)rows.test_run(db_item, 3000, "failed");
  const auto status = [&](const access::Scope& scope) {
    const auto answer = call(scope, http::Method::Get, "/tests/status");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  };
  const auto free = [](const json::object& body) {
    const auto* systems = body.at("test_systems").as_object().if_contains("ubuntu");
    return systems == nullptr ? 0 : systems->at("free").as_int64();
  };
  const auto last_day = [](const json::object& body, const char* result) { return body.at("last_24_hours").at(result).as_int64(); };
  EXPECT_EQ(free(status(everything)), 2);
  EXPECT_EQ(last_day(status(everything), "passed"), 2);
  EXPECT_EQ(last_day(status(everything), "failed"), 1);
  EXPECT_EQ(free(status(by_group)), 0) << "no test system is in the group web";
  EXPECT_EQ(last_day(status(by_group), "passed"), 1);
  EXPECT_EQ(last_day(status(by_group), "failed"), 0);
  EXPECT_EQ(free(status({{8}, {}})), 1);
  EXPECT_EQ(last_day(status({{8}, {}}), "failed"), 1);
  EXPECT_EQ(last_day(status(elsewhere), "passed"), 0);
  EXPECT_TRUE(status(elsewhere).at("last_24_hours").at("average_duration_seconds").is_null());

  database.query(
      "UPDATE patch_tests SET status = 'running', phase = 'patch', completed_at = NULL, failure_phase = NULL, failure_class = NULL, "
      "failure_reason = NULL, lease_owner = 'node-1', lease_until = started_at + interval '1 day', "
      R"(facts = '{"subject": {"system_name": "host3000", "ip": "192.0.2.3"}}' WHERE system_id = 3000)");
  EXPECT_EQ(status(everything).at("workers").as_array().size(), 1U);
  EXPECT_EQ(status(by_group).at("workers").as_array().size(), 0U);
}

TEST_F(ScopeTest, ChecksOfGroupsAndSystemsOutsideAreNotThere) {
  const auto check = [](const char* field, const json::value& value) {
    return json::object{{field, value}, {"name", "answers"}, {"type", "tcp"}, {"port", 443}};
  };
  const auto add = [&](const access::Scope& scope, const json::object& body) { return call(scope, http::Method::Post, "/checks", body); };
  const auto id_of = [](const Answer& answer) { return std::to_string(answer.body.at("id").as_int64()); };
  const auto of_os = id_of(add(everything, check("os", "ubuntu")));
  const auto of_group = id_of(add(everything, check("group", "db")));
  const auto of_system = id_of(add(everything, check("system_id", 3000)));
  EXPECT_EQ(total(everything, "/checks"), 3);
  EXPECT_EQ(total(by_group, "/checks"), 1);
  EXPECT_EQ(call(by_group, http::Method::Get, "/checks").body.at("items").as_array().size(), 1U);
  EXPECT_EQ(total({{8}, {}}, "/checks"), 3) << "the organisation of the group and of the system";
  EXPECT_EQ(total({{}, {"db"}}, "/checks"), 3);
  for (const auto& id : {of_group, of_system}) {
    EXPECT_EQ(call(by_group, http::Method::Get, "/checks/" + id).status, 404);
    EXPECT_EQ(call(by_group, http::Method::Patch, "/checks/" + id, json::object{{"port", 80}}).status, 404);
    EXPECT_EQ(call(by_group, http::Method::Delete, "/checks/" + id).status, 404);
  }
  EXPECT_EQ(call(by_group, http::Method::Get, "/checks/" + of_os).status, 200);
  EXPECT_EQ(call(by_group, http::Method::Patch, "/checks/" + of_os, json::object{{"port", 80}}).status, 403);
  EXPECT_EQ(call(by_group, http::Method::Delete, "/checks/" + of_os).status, 403);

  for (const auto& outside : {check("os", "ubuntu"), check("group", "db"), check("system_id", 3000)}) {
    EXPECT_EQ(add(by_group, outside).status, 400) << outside;
  }
  const auto own = id_of(add(by_group, check("group", "web")));
  EXPECT_EQ(call(by_group, http::Method::Patch, "/checks/" + own, json::object{{"group", nullptr}, {"system_id", 3000}}).status, 400);
  EXPECT_EQ(call(by_group, http::Method::Patch, "/checks/" + own, json::object{{"group", nullptr}, {"system_id", 2000}}).status, 200);
  EXPECT_EQ(call(by_group, http::Method::Delete, "/checks/" + own).status, 200);
}

}  // namespace
}  // namespace spm::test
