#include "checks/rules.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

namespace spm::checks {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

std::map<std::string, std::string> problems(const char* definition) {
  Check check;
  return read_check(json::parse(definition).as_object(), check);
}

Check command(Match match, const std::string& expected) {
  Check check;
  check.match = match;
  check.expected_output = expected;
  return check;
}

TEST(CheckRules, EveryFieldThatIsWrongIsNamed) {
  EXPECT_THAT(problems(R"({"type":"command","argv":["true"],"shell":"true","expected_exit_code":999,"timeout_seconds":0,"port":1})"),
              UnorderedElementsAre(Key("name"), Key("argv"), Key("expected_exit_code"), Key("timeout_seconds"), Key("port")));
  EXPECT_THAT(problems(R"({"name":"x","type":"http","url":"ftp://a","verify_tls":"no","expected_status":42})"),
              UnorderedElementsAre(Key("url"), Key("verify_tls"), Key("expected_status")));
  EXPECT_THAT(problems(R"({"name":"x","type":"tcp","host":"a b"})"), UnorderedElementsAre(Key("host"), Key("port")));
  EXPECT_THAT(problems(R"({"name":"x","type":"ping"})"), UnorderedElementsAre(Key("type")));
}

TEST(CheckRules, WhatIsRightIsTaken) {
  EXPECT_THAT(problems(R"({"name":"x","type":"command","shell":"a | b"})"), IsEmpty());
  EXPECT_THAT(problems(R"({"name":"x","type":"http","url":"https://{host}:8443/health?x=1","body_contains":"ok"})"), IsEmpty());
  EXPECT_THAT(problems(R"({"name":"x","type":"tcp","port":5432})"), IsEmpty());
}

TEST(CheckRules, AnAddressWithAPasswordIsRefused) {
  for (const char* url : {"http://", "http:///x", "http://:80/", "https://user:secret@host/", "http://a b/", "gopher://a"}) {
    Check check;
    EXPECT_TRUE(read_check({{"name", "x"}, {"type", "http"}, {"url", url}}, check).contains("url")) << url;
  }
}

TEST(CheckRules, APatternMustCompileAndCannotGrowWithoutBounds) {
  EXPECT_THAT(problems(R"({"name":"x","type":"command","argv":["a"],"output_match":"regex","expected_output":"("})"),
              UnorderedElementsAre(Key("expected_output")));
  EXPECT_THAT(problems(R"({"name":"x","type":"command","argv":["a"],"output_match":"regex","expected_output":"(a)\\1"})"),
              UnorderedElementsAre(Key("expected_output")));
  EXPECT_NE(judge_command(command(Match::Regex, "(a+)+$"), 0, std::string(300, 'a') + "b"), "") << "and this ends soon";
}

TEST(CheckRules, StorageKeepsEverything) {
  for (const char* text :
       {R"({"name":"a","type":"command","argv":["x","y z"],"expected_exit_code":3,"output_match":"regex","expected_output":"^ok$"})",
        R"({"name":"b","type":"http","url":"http://h/","expected_status":204,"body_contains":"","verify_tls":false,"retries":0})",
        R"({"name":"c","type":"tcp","port":22,"timeout_seconds":3})"}) {
    Check check;
    ASSERT_THAT(read_check(json::parse(text).as_object(), check), IsEmpty());
    EXPECT_EQ(to_json(check_from(to_json(check))), to_json(check));
  }
}

TEST(CheckRules, CommandsAreJudgedByExitAndOutput) {
  EXPECT_EQ(judge_command(command(Match::Nothing, ""), 0, "anything"), "");
  EXPECT_THAT(judge_command(command(Match::Nothing, ""), 2, "no such file\n"), HasSubstr("exit 2 instead of 0: no such file"));
  EXPECT_EQ(judge_command(command(Match::Equals, "ok"), 0, " ok\n"), "");
  EXPECT_NE(judge_command(command(Match::Equals, "ok"), 0, "ok ok"), "");
  EXPECT_EQ(judge_command(command(Match::Contains, "up"), 0, "all up now"), "");
  EXPECT_NE(judge_command(command(Match::Contains, "up"), 0, ""), "");
  EXPECT_EQ(judge_command(command(Match::Regex, "^[0-9]+ rows$"), 0, "12 rows\n"), "");
  EXPECT_NE(judge_command(command(Match::Regex, "^[0-9]+ rows$"), 0, "no rows\n"), "");
}

TEST(CheckRules, AnswersAreJudgedByStatusAndBody) {
  Check check;
  check.body_contains = "healthy";
  EXPECT_EQ(judge_http(check, 200, "{\"status\":\"healthy\"}"), "");
  EXPECT_EQ(judge_http(check, 503, "healthy"), "status 503 instead of 200");
  EXPECT_THAT(judge_http(check, 200, "starting"), HasSubstr("does not contain"));
}

TEST(CheckRules, TheAddressOfTheSystemIsFilledIn) {
  EXPECT_EQ(with_host("https://{host}:1/{host}", "192.0.2.7"), "https://192.0.2.7:1/192.0.2.7");
  EXPECT_EQ(with_host("https://db.example/", ""), "https://db.example/");
  EXPECT_EQ(with_host("https://{host}/", ""), std::nullopt);
}

}  // namespace
}  // namespace spm::checks
