#include "http/json_body.hpp"

#include <gmock/gmock.h>

#include "http/message.hpp"

namespace spm::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::map<std::string, std::string> problems_of(std::string_view text) {
  FieldErrors errors;
  const auto value = parse_json_body(text, errors);
  EXPECT_EQ(value.has_value(), errors.empty());
  return errors.problems();
}

TEST(JsonBody, ReadsValidJson) {
  FieldErrors errors;
  EXPECT_EQ(parse_json_body(R"( {"a": [1, "é\n"], "b": null} )", errors), (json::value{{"a", {1, "é\n"}}, {"b", nullptr}}));
}

TEST(JsonBody, RefusesWhatIsNotJson) {
  for (const auto* text : {"{", "", " ", "{} x", "{'a':1}", "{\"a\":1,}", "NaN", "{\"a\":\"\xff\"}", "\"\\ud800\"", "// c\n1", "[1 2]"}) {
    EXPECT_THAT(problems_of(text), ElementsAre(Pair("body", HasSubstr("is not valid JSON")))) << text;
  }
}

TEST(JsonBody, RefusesTheSameKeyTwiceAndSaysWhere) {
  EXPECT_THAT(problems_of(R"({"a":1,"b":[{"c":1},{"c":1,"\u0063":2}],"a":2})"),
              ElementsAre(Pair("a", "stands twice"), Pair("b[1].c", "stands twice")));
  EXPECT_THAT(problems_of(R"([{"a":1},{"a":1}])"), testing::IsEmpty());
}

TEST(JsonBody, RefusesNul) {
  EXPECT_THAT(problems_of(R"({"notes":"a\u0000b","list":["x","\u0000"]})"),
              ElementsAre(Pair("list[1]", "must not hold NUL characters"), Pair("notes", "must not hold NUL characters")));
  EXPECT_EQ(problems_of(R"({"a\u0000b":1})").size(), 1U);
  EXPECT_THAT(problems_of("\"\\u0000\""), ElementsAre(Pair("body", "must not hold NUL characters")));
}

TEST(JsonBody, RefusesDeepNesting) {
  EXPECT_THAT(problems_of(std::string(32, '[') + std::string(32, ']')), testing::IsEmpty());
  EXPECT_THAT(problems_of(std::string(33, '[') + std::string(33, ']')), ElementsAre(Pair("body", "is nested more than 32 levels deep")));
  EXPECT_FALSE(problems_of(std::string(500'000, '[')).empty());
}

TEST(JsonBody, LongStringsArriveWhole) {
  FieldErrors errors;
  const std::string text(200'000, 'x');
  EXPECT_EQ(parse_json_body("{\"" + text + "\":\"" + text + "\"}", errors)->as_object().at(text).as_string(), text);
}

TEST(FieldErrors, TheAnswerToAHostileBodyStaysSmall) {
  FieldErrors errors;
  for (int i = 0; i < 1000; ++i) errors.add(std::string(1000, 'x') + std::to_string(i), "is not a known field");
  for (int i = 0; i < 1000; ++i) errors.add("f" + std::to_string(i), "is not a known field");
  EXPECT_LE(errors.problems().size(), 100U);
  FieldErrors accents;
  std::string name = "x";
  for (int i = 0; i < 200; ++i) name += "é";
  accents.add(name, "is not a known field");
  EXPECT_LE(accents.problems().begin()->first.size(), 210U);
  EXPECT_TRUE(percent_decode(accents.problems().begin()->first)) << "cut inside a character";
}

TEST(JsonBody, AWholeNumberIsAnIntegerHoweverItIsWritten) {
  FieldErrors errors;
  const auto body = parse_json_body(R"({"days":85.0,"list":[1e2],"part":0.5,"huge":1e300})", errors);
  ASSERT_TRUE(body);
  EXPECT_TRUE(body->at("days").is_int64());
  EXPECT_EQ(body->at("list").at(0), json::value(100));
  EXPECT_TRUE(body->at("list").at(0).is_int64());
  EXPECT_TRUE(body->at("part").is_double());
  EXPECT_TRUE(body->at("huge").is_double());
}

}  // namespace
}  // namespace spm::http
