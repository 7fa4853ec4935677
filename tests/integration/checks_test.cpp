// Checks that people add: kept and checked by the API, copied into the runs they apply to, run before the patch and after it.

#include <gmock/gmock.h>

#include "checks/checks.hpp"
#include "http/contract.hpp"
#include "tests/integration/engine_fixture.hpp"
#include "tests/integration/scoped_caller.hpp"

namespace spm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CustomChecks : public EngineTest {
 protected:
  // A request as it passes the contract, its answer held against it.
  Result<http::Response> call(http::Method method, const std::string& path, const json::value& body = nullptr, std::int64_t id = 0,
                              std::map<std::string, std::string> query = {}) {
    const auto contract = http::Contract::embedded();
    const auto endpoints = checks::endpoints(database.pool(), clock);
    const auto endpoint =
        std::find_if(endpoints.begin(), endpoints.end(), [&](const auto& e) { return e.path == path && e.method == method; });
    http::Request request;
    request.method = method;
    request.principal.actor = "tester";
    if (id != 0) request.path_params["id"] = std::to_string(id);
    for (auto& [name, value] : query) request.query.emplace(name, value);
    if (!body.is_null()) {
      request.body = json::serialize(body);
      request.headers.emplace("content-type", "application/json");
    }
    if (const auto valid = contract.validate(request, path); !valid) return tl::unexpected(valid.error());
    auto response = endpoint->handle(request);
    if (response) {
      EXPECT_THAT(contract.check_response(method, path, *response), IsEmpty());
    }
    return response;
  }
  Result<http::Response> add(json::object definition) { return call(http::Method::Post, "/api/v1/checks", definition); }
  static json::object body_of(const Result<http::Response>& response) {
    EXPECT_TRUE(response) << (response ? "" : response.error().message + json::serialize(response.error().details));
    return response ? json::parse(response->body).as_object() : json::object{};
  }
  static std::vector<std::string> wrong_fields(const Result<http::Response>& response) {
    std::vector<std::string> fields;
    if (response) return {"it was accepted"};
    for (const auto& [field, problem] : response.error().details.at("fields").as_object()) fields.emplace_back(field);
    return fields;
  }
  json::object metrics(TestId test) {
    db::Tx tx(database.pool());
    return engine::result_json(tx, test).value().at("metrics").as_object().at("evaluation").as_object();
  }
};

TEST_F(CustomChecks, AreAddedChangedListedAndRemoved) {
  const auto added = body_of(add({{"os", "ubuntu"}, {"name", "web"}, {"type", "http"}, {"url", "https://{host}/"}}));
  EXPECT_EQ(added.at("expected_status").as_int64(), 200);
  EXPECT_EQ(added.at("created_by").as_string(), "tester");
  (void)body_of(add({{"system_id", 1000010007}, {"name", "db"}, {"type", "tcp"}, {"port", 5432}}));

  const auto page = body_of(call(http::Method::Get, "/api/v1/checks", nullptr, 0, {{"limit", "1"}}));
  EXPECT_EQ(page.at("total").as_int64(), 2);
  EXPECT_EQ(page.at("items").as_array()[0].as_object().at("name").as_string(), "web");
  const std::string cursor(page.at("next_cursor").as_string());
  const auto next = body_of(call(http::Method::Get, "/api/v1/checks", nullptr, 0, {{"limit", "1"}, {"cursor", cursor}}));
  EXPECT_EQ(next.at("items").as_array()[0].as_object().at("name").as_string(), "db");

  const auto changed =
      body_of(call(http::Method::Patch, "/api/v1/checks/{id}", json::object{{"expected_status", 204}, {"enabled", false}}, 1));
  EXPECT_EQ(changed.at("expected_status").as_int64(), 204);
  EXPECT_FALSE(changed.at("enabled").as_bool());
  EXPECT_EQ(body_of(call(http::Method::Get, "/api/v1/checks/{id}", nullptr, 1)), changed);
  EXPECT_TRUE(body_of(call(http::Method::Delete, "/api/v1/checks/{id}", nullptr, 1)).at("deleted").as_bool());
  EXPECT_EQ(call(http::Method::Get, "/api/v1/checks/{id}", nullptr, 1).error().code, ErrorCode::NotFound);
  EXPECT_EQ(call(http::Method::Delete, "/api/v1/checks/{id}", nullptr, 1).error().code, ErrorCode::NotFound);
  EXPECT_EQ(call(http::Method::Patch, "/api/v1/checks/{id}", json::object{}, 1).error().code, ErrorCode::NotFound);
  EXPECT_EQ(count("audit_log WHERE action IN ('check.add', 'check.change', 'check.delete') AND actor = 'tester'"), 4);
}

TEST_F(CustomChecks, AreCheckedWhenTheyAreSaved) {
  EXPECT_THAT(wrong_fields(add({{"name", "x"}, {"type", "tcp"}})), ElementsAre("os", "port"));
  EXPECT_THAT(wrong_fields(add({{"os", "ubuntu"}, {"group", "g"}, {"name", "x"}, {"type", "http"}, {"url", "nothing"}, {"port", 1}})),
              ElementsAre("os", "port", "url"));
  EXPECT_THAT(wrong_fields(add({{"system_id", 4711}, {"name", "x"}, {"type", "tcp"}, {"port", 1}})), ElementsAre("system_id"));
  EXPECT_THAT(
      wrong_fields(add(
          {{"os", "ubuntu"}, {"name", "x"}, {"type", "command"}, {"shell", "true"}, {"output_match", "regex"}, {"expected_output", "("}})),
      ElementsAre("expected_output"));
  EXPECT_EQ(add({{"os", "ubuntu"}, {"colour", "red"}}).error().code, ErrorCode::ValidationError);
  (void)body_of(add({{"os", "ubuntu"}, {"name", "x"}, {"type", "tcp"}, {"port", 1}}));
  EXPECT_THAT(wrong_fields(call(http::Method::Patch, "/api/v1/checks/{id}", json::object{{"port", nullptr}}, 1)), ElementsAre("port"));
}

TEST_F(CustomChecks, ApplyByOsGroupAndSystem) {
  (void)database.query("UPDATE systems SET groups = '{test-ubuntu,web}'");
  for (const auto& scope :
       {json::object{{"os", "ubuntu"}}, json::object{{"os", "rhel"}}, json::object{{"group", "web"}}, json::object{{"group", "db"}},
        json::object{{"system_id", 1000010007}}, json::object{{"os", "ubuntu"}, {"enabled", false}}}) {
    json::object definition = scope;
    definition["name"] = json::serialize(scope);
    definition["type"] = "command";
    definition["argv"] = {"true"};
    (void)body_of(add(definition));
  }
  start_test();
  EXPECT_EQ(column("jsonb_path_query_array(config, '$.custom_checks[*].name')"),
            R"(["{\"os\":\"ubuntu\"}", "{\"group\":\"web\"}", "{\"system_id\":1000010007}"])");
  (void)database.query("DELETE FROM custom_checks");
  drive();
  EXPECT_EQ(count("patch_test_operations WHERE name LIKE 'check_%'"), 6) << "before and after, whatever became of them meanwhile";
}

TEST_F(CustomChecks, PassBeforeAndAfterThePatch) {
  (void)body_of(add({{"os", "ubuntu"},
                     {"name", "kernel"},
                     {"type", "command"},
                     {"argv", {"uname", "-r"}},
                     {"output_match", "regex"},
                     {"expected_output", "^5\\."}}));
  (void)body_of(add({{"os", "ubuntu"}, {"name", "web"}, {"type", "http"}, {"url", "https://{host}/health"}, {"body_contains", "ok"}}));
  (void)body_of(add({{"os", "ubuntu"}, {"name", "db"}, {"type", "tcp"}, {"port", 5432}}));
  const auto test = start_test();
  drive();
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
  EXPECT_THAT(network.asked, ElementsAre("https://192.0.2.7/health", "192.0.2.7:5432", "https://192.0.2.7/health", "192.0.2.7:5432"));
  EXPECT_EQ(metrics(test).at("custom_checks").as_string(), "passed");
  EXPECT_EQ(count("patch_test_phases WHERE phase IN ('baseline', 'services') AND jsonb_array_length(evidence->'custom_checks') = 3"), 2);
}

TEST_F(CustomChecks, ThatFailBeforeThePatchMakeTheSystemUnfit) {
  network.status = 503;
  (void)body_of(add({{"os", "ubuntu"}, {"name", "web"}, {"type", "http"}, {"url", "http://{host}/"}, {"retries", 1}}));
  start_test();
  drive();
  EXPECT_EQ(column("failure_phase"), "baseline");
  EXPECT_EQ(column("failure_class"), "infra");
  EXPECT_THAT(column("failure_reason"), HasSubstr("custom checks fail before the patch: web: status 503 instead of 200"));
  EXPECT_EQ(fleet.applied, 0);
  EXPECT_EQ(network.asked.size(), 2U) << "one try more was allowed";
}

TEST_F(CustomChecks, ThatFailAfterThePatchAreARegression) {
  (void)body_of(add({{"os", "ubuntu"}, {"name", "web"}, {"type", "http"}, {"url", "http://{host}/"}}));
  const auto test = start_test();
  const auto one = runner("node-a");
  drive_until(*one, "services");
  network.status = 0;
  drive(*one);
  EXPECT_EQ(column("status"), "failed");
  EXPECT_EQ(column("failure_class"), "regression");
  EXPECT_THAT(column("failure_reason"), HasSubstr("custom checks failed: web: http://192.0.2.7/: connection refused"));
  EXPECT_EQ(column("rollback_status"), "verified");
  EXPECT_EQ(metrics(test).at("custom_checks").as_string(), "failed");
}

TEST_F(CustomChecks, ThatRecoverInTimePass) {
  (void)body_of(add({{"os", "ubuntu"}, {"name", "web"}, {"type", "http"}, {"url", "http://{host}/"}, {"retries", 5}}));
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "services");
  network.status = 503;
  for (int i = 0; i < 200 && column("waiting_for").find("try 2 of 6") == std::string::npos; ++i) step_or_wait(*one);
  EXPECT_THAT(column("waiting_for"), HasSubstr("check \"web\" (try 2 of 6): status 503"));
  network.status = 200;
  drive(*one);
  EXPECT_EQ(column("status"), "passed") << column("failure_reason");
}

TEST_F(CustomChecks, ThatCouldNotBeRunDidNotPass) {
  (void)database.query("UPDATE systems SET ip = ''");
  engine::StartOrder order;
  order.item = QueueId{1};
  order.test_config = {{"custom_checks", {{{"name", "db"}, {"type", "tcp"}, {"port", 5432}, {"retries", 0}}}}};
  start_test(order);
  drive();
  EXPECT_EQ(column("failure_phase"), "baseline");
  EXPECT_THAT(column("failure_reason"), HasSubstr("db: it could not be run: the system's address is not known"));
}

TEST_F(CustomChecks, OfARequestAreCheckedBeforeItStarts) {
  engine::StartOrder order;
  order.item = QueueId{1};
  order.test_config = {{"custom_checks", {{{"name", "db"}, {"type", "tcp"}}, {{"name", "x"}, {"type", "http"}, {"url", ""}}}}};
  db::Tx tx(database.pool());
  const auto started = engine::start(tx, settings, order, {"tester", "127.0.0.1", clock.now()});
  ASSERT_FALSE(started);
  const auto fields = started.error().details.at("fields").as_object();
  EXPECT_TRUE(fields.contains("test_config.custom_checks[0].port"));
  EXPECT_TRUE(fields.contains("test_config.custom_checks[1].url"));
}

// Else who may start a test could run anything as root.
TEST_F(CustomChecks, OfARequestNeedTheRightToSaveThem) {
  ScopedCaller caller{engine::endpoints(database.pool(), clock, settings), clock};
  const json::object check{{"name", "own"}, {"type", "command"}, {"shell", "id"}};
  const json::object brought{{"custom_checks", json::array{check}}};
  const json::object order{{"queue_id", 1}, {"test_config", brought}};
  const json::object batch{{"queue_ids", json::array{1}}, {"test_config", brought}};
  caller.principal.permissions = {access::Permission::RunTests};
  for (const auto& [path, body] : {std::pair{"/api/v1/test/start", order}, {"/api/v1/tests/batch", batch}}) {
    const auto refused = caller.write(http::Method::Post, path, body);
    EXPECT_EQ(refused.status, 403) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("manage_checks"));
  }
  const json::object none{{"queue_id", 999}, {"test_config", {{"custom_checks", json::array()}}}};
  EXPECT_EQ(caller.write(http::Method::Post, "/api/v1/test/start", none).status, 404) << "an empty list asks for nothing";
  caller.principal.permissions.insert(access::Permission::ManageChecks);
  EXPECT_EQ(caller.write(http::Method::Post, "/api/v1/test/start", order).status, 201);
}

}  // namespace
}  // namespace spm::test
