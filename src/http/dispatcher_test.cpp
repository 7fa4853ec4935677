#include "http/dispatcher.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <stdexcept>

#include "db/db.hpp"

namespace spm::http {
namespace {

using access::Permission;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kDocument = R"({"openapi":"3.1.0","paths":{
  "/open":{"get":{"responses":{"200":{"description":"d"}}}},
  "/items/{id}":{
    "get":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],
      "responses":{"200":{"description":"d","content":{"application/json":{"schema":{"type":"integer"}}}},"default":{"description":"d","content":{"*/*":{}}}}},
    "post":{"parameters":[{"name":"Idempotency-Key","in":"header","schema":{"type":"string"}},{"name":"id","in":"path","schema":{"type":"integer"}}],
      "responses":{"default":{"description":"d","content":{"*/*":{}}}}}}}})";

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}}; }
};

// One dispatcher whose two closed endpoints do what `behaviour` says; the caller has the permissions of `permissions`.
class DispatcherTest : public testing::Test {
 protected:
  Response send(Method method, std::string path, Headers headers = {}) {
    DispatcherOptions options;
    const auto behave = [this](const Request& request) { return behaviour(request); };
    options.endpoints = {{Method::Get, "/open", Permission::Open, [](const Request&) -> Result<Response> { return Response{}; }},
                         {Method::Get, "/items/{id}", Permission::ReadState, behave},
                         {Method::Post, "/items/{id}", Permission::Decide, behave}};
    options.authenticate = [this](const Request& request) -> Result<access::Principal> {
      if (!request.header("X-Key")) return fail(ErrorCode::Unauthorized, "who are you?");
      return access::Principal{"tester", permissions};
    };
    options.run_once = [this](const Request&, const std::string& key, std::string_view route,
                              const std::function<Result<Response>()>& work) {
      run_once_with = key + " " + std::string(route);
      return work();
    };
    options.observer = [this](const Exchange& exchange) { exchanges.push_back(exchange); };
    options.answer_check = answer_check;
    const Dispatcher dispatcher(std::move(options), Contract::load(kDocument).value(), clock);
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.headers = std::move(headers);
    request.request_id = "abc";
    return dispatcher.handle(request).response;
  }

  FixedClock clock;
  std::function<Result<Response>(const Request&)> behaviour = [](const Request& request) -> Result<Response> {
    return json_response(200, json::parse(request.path_params.at("id")));
  };
  std::set<Permission> permissions = access::all_permissions();
  AnswerCheck answer_check = AnswerCheck::Strict;
  std::vector<Exchange> exchanges;
  std::string run_once_with;
  const Headers known{{"X-Key", "k"}};
};

std::string code_of(const Response& response) { return std::string(json::parse(response.body).at("error").as_string()); }

TEST_F(DispatcherTest, HandsDecodedParametersToTheEndpoint) {
  const auto response = send(Method::Get, "/items/1%37", known);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "17");
}

TEST_F(DispatcherTest, UnknownPathsAndMethodsHaveTheErrorShape) {
  EXPECT_EQ(code_of(send(Method::Get, "/nothing")), "not_found");
  const auto response = send(Method::Delete, "/items/1");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.find("allow")->second, "GET, HEAD, POST");
  EXPECT_EQ(json::parse(response.body).at("request_id"), json::value("abc"));
}

TEST_F(DispatcherTest, OnlyOpenEndpointsNeedNoAuthentication) {
  EXPECT_EQ(send(Method::Get, "/open").status, 200);
  EXPECT_EQ(code_of(send(Method::Get, "/items/1")), "unauthorized");
  EXPECT_EQ(code_of(send(Method::Get, "/items/x")), "unauthorized") << "nothing is told to strangers, not even what is wrong";
}

TEST_F(DispatcherTest, ThePermissionOfTheEndpointIsNeeded) {
  permissions = {Permission::ReadState};
  EXPECT_EQ(send(Method::Get, "/items/1", known).status, 200);
  EXPECT_EQ(code_of(send(Method::Post, "/items/1", known)), "forbidden");
}

TEST_F(DispatcherTest, WhatContradictsTheContractDoesNotReachTheHandler) {
  behaviour = [](const Request&) -> Result<Response> { throw std::logic_error("reached"); };
  const auto response = send(Method::Get, "/items/x", known);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(json::parse(response.body).at("details").at("fields").as_object().contains("id"));
}

TEST_F(DispatcherTest, ErrorsOfTheHandlerAreShaped) {
  behaviour = [](const Request&) -> Result<Response> { return fail(ErrorCode::NoItemsInQueue, "nothing to test for ubuntu"); };
  EXPECT_EQ(code_of(send(Method::Get, "/items/1", known)), "no_items_in_queue");
}

TEST_F(DispatcherTest, ABugIsA500WithoutDetail) {
  behaviour = [](const Request&) -> Result<Response> { throw std::out_of_range("secret"); };
  EXPECT_THAT(send(Method::Get, "/items/1", known).body, AllOf(HasSubstr("internal_error"), Not(HasSubstr("secret"))));
  behaviour = [](const Request&) -> Result<Response> { throw 17; };
  EXPECT_EQ(send(Method::Get, "/items/1", known).status, 500);
}

TEST_F(DispatcherTest, ALostDatabaseIsA503) {
  behaviour = [](const Request&) -> Result<Response> { throw db::DatabaseError("connection refused by secret-host", "", ""); };
  const auto response = send(Method::Get, "/items/1", known);
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, AllOf(HasSubstr("service_unavailable"), Not(HasSubstr("secret-host"))));
  behaviour = [](const Request&) -> Result<Response> { throw db::DatabaseError("syntax error", "42601", ""); };
  EXPECT_EQ(send(Method::Get, "/items/1", known).status, 500);
  behaviour = [](const Request&) -> Result<Response> {
    throw db::DatabaseError("canceling statement due to statement timeout", "57014", "");
  };
  EXPECT_EQ(send(Method::Get, "/items/1", known).status, 503);
}

TEST_F(DispatcherTest, AnAnswerThatContradictsTheContractFailsInTests) {
  behaviour = [](const Request&) -> Result<Response> { return json_response(200, "seventeen"); };
  EXPECT_EQ(send(Method::Get, "/items/1", known).status, 500);
  answer_check = AnswerCheck::Off;
  EXPECT_EQ(send(Method::Get, "/items/1", known).status, 200);
}

TEST_F(DispatcherTest, EveryAnswerHasSecurityHeaders) {
  for (const auto* path : {"/open", "/nothing", "/items/1"}) {
    const auto response = send(Method::Get, path);
    EXPECT_EQ(response.headers.find("X-Content-Type-Options")->second, "nosniff") << path;
    EXPECT_EQ(response.headers.find("Cache-Control")->second, "no-store") << path;
  }
}

TEST_F(DispatcherTest, TheObserverSeesEveryExchange) {
  send(Method::Get, "/items/17", known);
  send(Method::Get, "/nothing");
  ASSERT_EQ(exchanges.size(), 2U);
  EXPECT_EQ(exchanges[0].actor, "tester");
  EXPECT_EQ(exchanges[0].status, 200);
  EXPECT_EQ(exchanges[0].request_id, "abc");
  EXPECT_EQ(exchanges[1].route, "");
  EXPECT_EQ(exchanges[1].status, 404);
}

TEST_F(DispatcherTest, AnIdempotencyKeyIsHonouredWhereTheContractSaysSo) {
  auto headers = known;
  headers.emplace("Idempotency-Key", "k1");
  send(Method::Get, "/items/17", headers);
  EXPECT_EQ(run_once_with, "");
  send(Method::Post, "/items/17", headers);
  EXPECT_EQ(run_once_with, "k1 POST /items/17");
}

}  // namespace
}  // namespace spm::http
