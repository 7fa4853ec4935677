// Bad input on every operation of the program's own contract: whatever is wrong is a validation_error that names the field.

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "http/contract.hpp"

namespace spm::http {
namespace {

constexpr const char* kUnknownField = "no_such_field";

json::value parse_deep(const std::string& text) {
  json::parse_options options;
  options.max_depth = 128;
  return json::parse(text, {}, options);
}

class HostileInput : public testing::Test {
 protected:
  struct Operation {
    std::string path;
    Method method;
    json::object described;
  };

  HostileInput() {
    for (const auto& [path, item] : document.at("paths").as_object()) {
      for (const auto& [verb, described] : item.as_object()) {
        std::string word(verb);
        for (auto& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (described.is_object()) operations.push_back({path, parse_method(word), described.as_object()});
      }
    }
  }

  const json::value& resolve(const json::value& value) const {
    const auto* found = &value;
    while (found->is_object() && found->as_object().contains("$ref"))
      found = &document.at_pointer(std::string(found->as_object().at("$ref").as_string()).substr(1));
    return *found;
  }
  std::vector<json::object> parameters(const Operation& operation) const {
    std::vector<json::object> all;
    const auto* list = operation.described.if_contains("parameters");
    if (list == nullptr) return all;
    for (const auto& one : list->as_array()) all.push_back(resolve(one).as_object());
    return all;
  }
  bool takes_json(const Operation& operation) const { return operation.described.contains("requestBody"); }

  static void put(Request& request, const json::object& parameter, const std::string& value) {
    const std::string name(parameter.at("name").as_string());
    const std::string_view place = parameter.at("in").as_string();
    if (place == "path") request.path_params[name] = value;
    if (place == "query") request.query.emplace(name, value);
    if (place == "header") request.headers.emplace(name, value);
  }
  Request request_to(const Operation& operation) const {
    Request request;
    request.method = operation.method;
    request.path = operation.path;
    for (const auto& parameter : parameters(operation)) {
      if (parameter.at("in").as_string() == "path") put(request, parameter, "1");
    }
    if (takes_json(operation)) request.headers.emplace("Content-Type", "application/json");
    return request;
  }
  // The fields that the answer names.
  json::object wrong(const Operation& operation, Request request) const {
    const auto fits = contract.validate(request, operation.path);
    if (fits) return {};
    EXPECT_EQ(fits.error().code, ErrorCode::ValidationError);
    return fits.error().details.at("fields").as_object();
  }
  // RFC 6749 4.1.2: what an identity provider sends along and we do not know is passed over. Nothing else has that freedom.
  static bool passes_over_unknown(const Operation& operation) { return operation.path == "/api/v1/auth/oidc/callback"; }
  static std::string name_of(const Operation& operation) { return std::string(to_string(operation.method)) + " " + operation.path; }

  const Contract contract = Contract::embedded();
  const json::value document = parse_deep(contract.text());
  std::vector<Operation> operations;
};

TEST_F(HostileInput, AnUnknownQueryParameterIsNamedByEveryOperation) {
  ASSERT_GT(operations.size(), 50U);
  for (const auto& operation : operations) {
    auto request = request_to(operation);
    request.query.emplace("no_such_parameter", "1");
    EXPECT_EQ(wrong(operation, std::move(request)).contains("no_such_parameter"), !passes_over_unknown(operation)) << name_of(operation);
  }
}

TEST_F(HostileInput, WhatIsNoNumberOrOutOfRangeIsNamed) {
  std::size_t checked = 0;
  for (const auto& operation : operations) {
    for (const auto& parameter : parameters(operation)) {
      const auto& schema = resolve(parameter.at("schema")).as_object();
      const auto* type = schema.if_contains("type");
      if (type == nullptr || *type != json::value("integer")) continue;
      for (const std::string value : {"x", "", " 1", "1.5", "-1", "1e3", "0x1", "9223372036854775808", "１"}) {
        auto request = request_to(operation);
        put(request, parameter, value);
        EXPECT_TRUE(wrong(operation, std::move(request)).contains(parameter.at("name").as_string())) << name_of(operation) << " " << value;
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 300U);
}

TEST_F(HostileInput, WordsTimesAndFlagsAreNamed) {
  for (const auto& operation : operations) {
    for (const auto& parameter : parameters(operation)) {
      const auto& schema = resolve(parameter.at("schema")).as_object();
      std::vector<std::string> values;
      if (schema.contains("enum")) values = {"no-such-word", "", "NULL"};
      if (const auto* format = schema.if_contains("format"); format != nullptr && *format == json::value("date-time"))
        values = {"2026-03-02T09:15:00", "2026-03-02", "2026-02-30T00:00:00Z", "yesterday"};
      if (const auto* type = schema.if_contains("type"); type != nullptr && *type == json::value("boolean")) values = {"yes", "1", ""};
      if (schema.contains("maxLength")) values.push_back(std::string(100'000, 'a'));
      for (const auto& value : values) {
        auto request = request_to(operation);
        put(request, parameter, value);
        EXPECT_TRUE(wrong(operation, std::move(request)).contains(parameter.at("name").as_string()))
            << name_of(operation) << " " << value.substr(0, 40);
      }
    }
  }
}

TEST_F(HostileInput, BodiesThatAreNoneAreRefused) {
  const std::string bomb = std::string(100'000, '[') + std::string(100'000, ']');
  const std::vector<std::pair<std::string, std::string>> bodies{{"{", "body"},
                                                                {"[1]", "body"},
                                                                {"\"text\"", "body"},
                                                                {bomb, "body"},
                                                                {"{\"a\":1,\"a\":2}", "a"},
                                                                {"{\"a\":\"\\u0000\"}", "a"},
                                                                {"{\"a\":\"\xff\"}", "body"},
                                                                {"{} {}", "body"},
                                                                {"{\"no_such_field\":1}", kUnknownField}};
  for (const auto& operation : operations) {
    for (const auto& [body, field] : bodies) {
      auto request = request_to(operation);
      request.body = body;
      const auto fields = wrong(operation, std::move(request));
      EXPECT_TRUE(fields.contains(takes_json(operation) ? field : "body")) << name_of(operation) << " " << body.substr(0, 40);
    }
  }
}

TEST_F(HostileInput, AnotherContentTypeIsRefused) {
  for (const auto& operation : operations) {
    if (!takes_json(operation)) continue;
    for (const std::string type : {"text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", ""}) {
      auto request = request_to(operation);
      request.headers.erase("Content-Type");
      if (!type.empty()) request.headers.emplace("Content-Type", type);
      request.body = "{}";
      EXPECT_TRUE(wrong(operation, std::move(request)).contains("Content-Type")) << name_of(operation) << " " << type;
    }
  }
}

TEST_F(HostileInput, EverythingThatIsWrongIsToldAtOnce) {
  for (const auto& operation : operations) {
    auto request = request_to(operation);
    std::vector<std::string> expected;
    if (!passes_over_unknown(operation)) expected.emplace_back("no_such_parameter");
    request.query.emplace("no_such_parameter", "1");
    for (const auto& parameter : parameters(operation)) {
      const auto& schema = resolve(parameter.at("schema")).as_object();
      const auto* type = schema.if_contains("type");
      if (type == nullptr || *type != json::value("integer")) continue;
      put(request, parameter, "x");
      expected.emplace_back(parameter.at("name").as_string());
    }
    if (takes_json(operation)) {
      request.body = R"({"no_such_field":1})";
      expected.emplace_back(kUnknownField);
    }
    const auto fields = wrong(operation, std::move(request));
    for (const auto& field : expected) EXPECT_TRUE(fields.contains(field)) << name_of(operation) << " " << field;
  }
}

}  // namespace
}  // namespace spm::http
