#include "http/contract.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

namespace spm::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kDocument = R"({
  "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
  "security": [{"key": []}],
  "paths": {
    "/things": {
      "get": {
        "parameters": [
          {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500}},
          {"name": "os", "in": "query", "schema": {"$ref": "#/components/schemas/Os"}},
          {"name": "score", "in": "query", "schema": {"type": "number", "maximum": 100}},
          {"name": "open", "in": "query", "schema": {"type": "boolean"}},
          {"name": "tag", "in": "query", "schema": {"type": "array", "maxItems": 2, "items": {"type": "integer"}}},
          {"name": "X-Trace", "in": "header", "schema": {"type": "string", "maxLength": 3}}],
        "responses": {
          "200": {"description": "d", "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,
            "required": ["id"], "properties": {"id": {"type": "integer"}, "when": {"type": ["string", "null"], "format": "date-time"}}}}}},
          "204": {"description": "d"},
          "default": {"$ref": "#/components/responses/Failure"}}},
      "post": {
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
        "responses": {"201": {"description": "d"}}}},
    "/things/{id}": {
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": 9223372036854775807}}],
      "get": {"responses": {"200": {"description": "d"}}, "security": []},
      "patch": {
        "requestBody": {"content": {"application/json": {"schema": {"type": "object", "additionalProperties": false, "properties": {"notes": {"type": "string"}}}}}},
        "responses": {"200": {"description": "d"}}}},
    "/checks": {"post": {
      "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Check"}}}},
      "responses": {"201": {"description": "d"}}}}
  },
  "components": {
    "parameters": {"IdempotencyKey": {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[!-~]+$"}}},
    "responses": {"Failure": {"description": "d", "content": {"application/json": {"schema": {"type": "object", "required": ["error"]}}}}},
    "schemas": {
      "Os": {"type": "string", "enum": ["ubuntu", "rhel"]},
      "Name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]*$"},
      "Thing": {"type": "object", "additionalProperties": false, "required": ["name", "ids"], "properties": {
        "name": {"$ref": "#/components/schemas/Name"},
        "ids": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true, "items": {"type": "string", "maxLength": 4}},
        "priority": {"type": "integer", "minimum": -10, "maximum": 10},
        "ratio": {"type": "number", "minimum": 0},
        "notes": {"type": ["string", "null"]},
        "due": {"type": "string", "format": "date-time"},
        "config": {"type": "object", "additionalProperties": false, "properties": {"deep": {"type": "boolean"}}},
        "labels": {"type": "object", "additionalProperties": {"type": "integer"}},
        "free": {"type": "object"},
        "parent": {"$ref": "#/components/schemas/Thing", "default": null},
        "either": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}},
      "Check": {"oneOf": [
        {"type": "object", "additionalProperties": false, "required": ["kind", "argv"], "properties": {"kind": {"const": "command"}, "argv": {"type": "array"}}},
        {"type": "object", "additionalProperties": false, "required": ["kind", "url"], "properties": {"kind": {"const": "http"}, "url": {"type": "string", "minLength": 8}}},
        {"type": "object", "additionalProperties": true, "required": ["loose"], "properties": {}}]}
    }
  }
})";

const Contract& contract() {
  static const Contract kContract = Contract::load(kDocument).value();
  return kContract;
}

// What was wrong, as "field: problem", in the order of the fields.
std::vector<std::string> problems(Request request, std::string_view path) {
  const auto result = contract().validate(request, path);
  if (result) return {};
  EXPECT_EQ(result.error().code, ErrorCode::ValidationError);
  std::vector<std::string> found;
  for (const auto& [field, problem] : result.error().details.at("fields").as_object()) {
    found.push_back(std::string(field) + ": " + std::string(problem.as_string()));
  }
  return found;
}

Request request_to(Method method, std::string_view query = "") {
  Request request;
  request.method = method;
  request.query = *parse_query(query);
  return request;
}

std::vector<std::string> body_problems(std::string_view body, std::string_view path = "/things",
                                       std::string_view content_type = "application/json") {
  auto request = request_to(Method::Post);
  request.body = body;
  if (!content_type.empty()) request.headers.emplace("Content-Type", content_type);
  return problems(std::move(request), path);
}

TEST(Contract, ChecksQueries) {
  struct Case {
    std::string_view query;
    std::vector<std::string> expected;
  };
  const std::vector<Case> cases{
      {"", {}},
      {"limit=1&os=rhel&score=99.5&open=true&tag=1&tag=2", {}},
      {"limit=0", {"limit: must be 1..500"}},
      {"limit=501", {"limit: must be 1..500"}},
      {"limit=", {"limit: must be a whole number"}},
      {"limit=1.0", {"limit: must be a whole number"}},
      {"limit=%2B1", {"limit: must be a whole number"}},
      {"limit=1%20", {"limit: must be a whole number"}},
      {"limit=99999999999999999999", {"limit: must be a whole number"}},
      {"limit=1&limit=2", {"limit: must be given only once"}},
      {"os=beos", {"os: must be one of: ubuntu, rhel"}},
      {"score=101", {"score: must be at most 100"}},
      {"score=nan", {"score: must be a number"}},
      {"open=1", {"open: must be true or false"}},
      {"tag=1&tag=x", {"tag[1]: must be a whole number"}},
      {"tag=1&tag=2&tag=3", {"tag: must hold at most 2 items"}},
      {"Limit=3&zzz=", {"Limit: is not a parameter of this call", "zzz: is not a parameter of this call"}},
      {"limit=x&os=y", {"limit: must be a whole number", "os: must be one of: ubuntu, rhel"}},
  };
  for (const auto& test : cases) EXPECT_EQ(problems(request_to(Method::Get, test.query), "/things"), test.expected) << test.query;
}

TEST(Contract, ChecksHeadLikeGet) { EXPECT_EQ(problems(request_to(Method::Head, "limit=0"), "/things").size(), 1U); }

TEST(Contract, ChecksHeaders) {
  auto request = request_to(Method::Get);
  request.headers.emplace("x-trace", "four");
  EXPECT_THAT(problems(request, "/things"), ElementsAre("X-Trace: must have at most 3 characters"));
  EXPECT_TRUE(contract().takes_header(Method::Post, "/things", "Idempotency-Key"));
  EXPECT_FALSE(contract().takes_header(Method::Get, "/things", "Idempotency-Key"));
}

TEST(Contract, AnIdIsAPositive64BitNumber) {
  for (const auto* id : {"0", "-1", "abc", "1.5", "9223372036854775808", "1 ", ""}) {
    auto request = request_to(Method::Get);
    request.path_params["id"] = id;
    EXPECT_THAT(problems(request, "/things/{id}"), ElementsAre(testing::StartsWith("id: must be "))) << id;
  }
  auto request = request_to(Method::Get);
  request.path_params["id"] = "9223372036854775807";
  EXPECT_THAT(problems(request, "/things/{id}"), IsEmpty());
}

TEST(Contract, ChecksBodies) {
  struct Case {
    std::string_view body;
    std::vector<std::string> expected;
  };
  const std::vector<Case> cases{
      {R"({"name":"abc","ids":["a"]})", {}},
      {R"({"name":"abc","ids":["a"],"priority":-10,"ratio":0.5,"notes":null,"due":"2026-11-23T13:24:34Z","config":{},"labels":{"x":1},"free":{"y":[]},"either":null})",
       {}},
      {R"({})", {"ids: is required", "name: is required"}},
      {R"([])", {"body: must be an object"}},
      {R"(null)", {"body: must be an object"}},
      {R"({"name":"abc","ids":["a"],"nmae":1})", {"nmae: is not a known field"}},
      {R"({"name":1,"ids":"a"})", {"ids: must be a list", "name: must be a string"}},
      {R"({"name":"a","ids":[]})", {"ids: must hold 1..3 items", "name: must have 2..5 characters"}},
      {R"({"name":"ABC","ids":["a","b","c","d"]})", {"ids: must hold 1..3 items", "name: must match ^[a-z]*$"}},
      {R"({"name":"abc\nD","ids":["a"]})", {"name: must match ^[a-z]*$"}},
      {R"({"name":"abc","ids":["a","b","a"]})", {"ids: must not hold the same item twice"}},
      {R"({"name":"abc","ids":["a","b",3]})", {"ids[2]: must be a string"}},
      {R"({"name":"abc","ids":["éééé"]})", {}},
      {R"({"name":"abc","ids":["ééééé"]})", {"ids[0]: must have at most 4 characters"}},
      {R"({"name":"abc","ids":["a"],"priority":11})", {"priority: must be -10..10"}},
      {R"({"name":"abc","ids":["a"],"priority":1.5})", {"priority: must be a whole number"}},
      {R"({"name":"abc","ids":["a"],"priority":1e-1})", {"priority: must be a whole number"}},
      {R"({"name":"abc","ids":["a"],"priority":18446744073709551615})", {"priority: must be a whole number"}},
      {R"({"name":"abc","ids":["a"],"priority":"1"})", {"priority: must be a whole number"}},
      {R"({"name":"abc","ids":["a"],"priority":null})", {"priority: must be a whole number"}},
      {R"({"name":"abc","ids":["a"],"ratio":-0.1})", {"ratio: must be at least 0"}},
      {R"({"name":"abc","ids":["a"],"ratio":true})", {"ratio: must be a number"}},
      {R"({"name":"abc","ids":["a"],"notes":3})", {"notes: must be a string or null"}},
      {R"({"name":"abc","ids":["a"],"due":"2026-11-23"})", {"due: must be a time with a zone such as 2026-11-23T13:24:34Z"}},
      {R"({"name":"abc","ids":["a"],"config":{"deep":1,"x":2}})", {"config.deep: must be true or false", "config.x: is not a known field"}},
      {R"({"name":"abc","ids":["a"],"labels":{"x":"y"}})", {"labels.x: must be a whole number"}},
      {R"({"name":"abc","ids":["a"],"parent":{"name":"abc","ids":["a",1]}})", {"parent.ids[1]: must be a string"}},
      {R"({"name":"abc","ids":["a"],"either":"x"})",
       {"either: fits none of the allowed forms: either must be a whole number; or either must be null"}},
  };
  for (const auto& test : cases) EXPECT_EQ(body_problems(test.body), test.expected) << test.body;
}

TEST(Contract, PicksTheFormThatWasMeant) {
  EXPECT_THAT(body_problems(R"({"kind":"command","argv":[]})", "/checks"), IsEmpty());
  EXPECT_THAT(body_problems(R"({"kind":"http","url":"x"})", "/checks"), testing::Not(IsEmpty()));
  EXPECT_THAT(body_problems(R"({"kind":"http","url":"http://localhost","loose":1})", "/checks"), IsEmpty()) << "only the loose form fits";
}

TEST(Contract, TheBodyMustBeAnnouncedAsJson) {
  constexpr std::string_view kGood = R"({"name":"abc","ids":["a"]})";
  EXPECT_THAT(body_problems(kGood, "/things", "Application/JSON ; charset=utf-8"), IsEmpty());
  for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    EXPECT_THAT(body_problems(kGood, "/things", type), ElementsAre("Content-Type: must be application/json")) << type;
  }
}

TEST(Contract, BrokenJsonIsOneProblemOfTheBody) {
  EXPECT_THAT(body_problems("{"), ElementsAre("body: is not valid JSON: it ends too early"));
  EXPECT_THAT(body_problems(R"({"name":"abc","ids":["a"],"name":"abd"})"), ElementsAre("name: stands twice"));
}

TEST(Contract, BodiesMayBeRequiredOptionalOrAbsent) {
  EXPECT_THAT(body_problems(""), ElementsAre("body: is required"));
  auto patch = request_to(Method::Patch);
  patch.path_params["id"] = "1";
  ASSERT_TRUE(contract().validate(patch, "/things/{id}"));
  EXPECT_EQ(patch.json_body, json::value(json::object()));
  auto get = request_to(Method::Get);
  get.body = "{}";
  EXPECT_THAT(problems(get, "/things"), ElementsAre("body: must be empty: this call takes none"));
}

TEST(Contract, HandsTheParsedBodyOn) {
  auto request = request_to(Method::Post);
  request.headers.emplace("Content-Type", "application/json");
  request.body = R"({"name":"abc","ids":["a"]})";
  ASSERT_TRUE(contract().validate(request, "/things"));
  EXPECT_EQ(request.json_body.at("name"), json::value("abc"));
}

TEST(Contract, AllProblemsOfOneRequestAtOnce) {
  auto request = request_to(Method::Patch, "x=1");
  request.path_params["id"] = "zero";
  request.headers.emplace("Content-Type", "application/json");
  request.body = R"({"notes":1})";
  EXPECT_THAT(problems(request, "/things/{id}"), UnorderedElementsAre(HasSubstr("x: "), HasSubstr("id: "), HasSubstr("notes: ")));
}

TEST(Contract, ChecksAnswers) {
  const auto check = [](int status, std::string_view body) {
    return contract().check_response(Method::Get, "/things", json_response(status, json::parse(body)));
  };
  EXPECT_THAT(check(200, R"({"id":1,"when":null})"), IsEmpty());
  EXPECT_THAT(check(200, R"({"id":"1","when":"today","more":1})"),
              UnorderedElementsAre(HasSubstr("id "), HasSubstr("when "), HasSubstr("more ")));
  EXPECT_THAT(check(503, R"({"error":"x"})"), IsEmpty()) << "the default answer";
  EXPECT_THAT(check(503, R"({})"), ElementsAre("error is required"));
  EXPECT_THAT(contract().check_response(Method::Get, "/things", text_response(200, "{}")),
              ElementsAre("Content-Type must be application/json"));
  EXPECT_THAT(contract().check_response(Method::Get, "/things", text_response(204, "x")), ElementsAre("body must be empty"));
  EXPECT_THAT(contract().check_response(Method::Post, "/things", {200, {}, ""}), ElementsAre("POST /things must not answer 200"));
}

Endpoint endpoint(Method method, std::string_view path, access::Permission permission = access::Permission::ReadState) {
  return {method, path, permission, {}};
}

TEST(Contract, ComparesTheTableOfEndpointsBothWays) {
  std::vector<Endpoint> endpoints{endpoint(Method::Get, "/things"), endpoint(Method::Post, "/things"),
                                  endpoint(Method::Get, "/things/{id}", access::Permission::Open), endpoint(Method::Patch, "/things/{id}"),
                                  endpoint(Method::Post, "/checks")};
  EXPECT_THAT(contract().compare_routes(endpoints), IsEmpty());
  endpoints.back() = endpoint(Method::Delete, "/checks");
  endpoints.front().permission = access::Permission::Open;
  EXPECT_THAT(contract().compare_routes(endpoints),
              UnorderedElementsAre("DELETE /checks is served, but the contract does not describe it",
                                   "POST /checks is described by the contract, but nothing serves it",
                                   "GET /things needs no authentication, but the contract says otherwise"));
}

TEST(Contract, RefusesADocumentThatItCouldNotHonour) {
  const auto with_schema = [](const std::string& schema) {
    return Contract::load(R"({"openapi":"3.1.0","paths":{},"components":{"schemas":{"S":)" + schema + "}}}");
  };
  EXPECT_TRUE(with_schema(R"({"type":"string","description":"d","x-note":1})"));
  for (const auto* schema :
       {R"({"multipleOf":2})", R"({"type":"strin"})", R"({"format":"ipv4"})", R"({"pattern":"["})", R"({"$ref":"#/components/schemas/T"})",
        R"({"$ref":"#/components/schemas/S"})", R"({"properties":{}})", R"({"items":{"not":{}}})", "true"}) {
    EXPECT_FALSE(with_schema(schema)) << schema;
  }
  EXPECT_FALSE(Contract::load("{"));
  EXPECT_FALSE(Contract::load("{}"));
  EXPECT_FALSE(Contract::load(R"({"paths":{"/a":{"get":{}}}})"));
}

TEST(Contract, TheEmbeddedDocumentLoads) {
  const auto embedded = Contract::embedded();
  json::parse_options deep;
  deep.max_depth = 128;
  EXPECT_EQ(json::parse(embedded.text(), {}, deep).at("openapi"), json::value("3.1.0"));
}

}  // namespace
}  // namespace spm::http
