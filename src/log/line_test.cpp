#include "log/line.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <boost/json/parse.hpp>

#include "log/log.hpp"

namespace spm::log {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

json::object parsed(const std::string& line) { return json::parse(line).as_object(); }

std::string text_at(const json::object& object, std::string_view key) {
  const auto& text = object.at(json::string_view(key.data(), key.size())).as_string();
  return {text.data(), text.size()};
}

std::string line_of(std::string_view message, const std::vector<Field>& fields, const Redaction& redaction = {}) {
  Line line{*parse_time("2026-11-23T13:24:34.5Z"), "info", "engine", message, {}};
  for (const auto& field : fields) line.fields.emplace_back(field.name, &field.value);
  return render(line, redaction);
}

TEST(LogLine, BeginsWithTimeLevelLoggerMessage) {
  EXPECT_EQ(line_of("started", {{"test_id", 17}, {"errata_id", "USN-1"}}),
            R"({"time":"2026-11-23T13:24:34.500Z","level":"info","logger":"engine","message":"started","test_id":17,"errata_id":"USN-1"})");
}

TEST(LogLine, StaysOneLineOfValidJson) {
  const auto line = line_of("a\nb\r\"\\\t\x01", {{"output", std::string("x\0y", 3)}, {"nested", json::object{{"k", "\n"}}}});
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  EXPECT_EQ(text_at(parsed(line), "message"), "a\nb\r\"\\\t\x01");
}

TEST(LogLine, ReplacesInvalidUtf8AndKeepsTheRest) {
  const auto line = line_of("gr\xC3\xBC\xC3\x9F \xFF\xC3", {{"half", "\xE2\x80"}, {"surrogate", "\xED\xA0\x80"}});
  EXPECT_EQ(text_at(parsed(line), "message"), "grüß \uFFFD\uFFFD");
  EXPECT_EQ(text_at(parsed(line), "half"), "\uFFFD\uFFFD");
}

TEST(LogLine, CutsLongValuesAtACharacter) {
  std::string euros;
  for (int i = 0; i < 5000; ++i) euros += "€";
  const auto text = text_at(parsed(line_of("m", {{"output", euros.c_str()}})), "output");
  EXPECT_LE(text.size(), kMaxValueBytes);
  EXPECT_TRUE(text.ends_with("€…"));
}

TEST(LogLine, TurnsLongStructuresIntoCutText) {
  const json::array numbers(10'000, json::value(123456));
  EXPECT_THAT(text_at(parsed(line_of("m", {{"numbers", numbers}})), "numbers"), StartsWith("[123456,"));
}

TEST(LogLine, LeavesOutFieldsThatNoLongerFit) {
  std::vector<Field> fields;
  for (const auto* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}) fields.emplace_back(name, std::string(4000, 'x'));
  const auto line = line_of("m", fields);
  EXPECT_LE(line.size(), kMaxLineBytes);
  EXPECT_EQ(parsed(line).at("fields_left_out").as_int64(), 6);
}

TEST(LogLine, LetsALaterFieldWinAndKeepsItsOwnNames) {
  EXPECT_THAT(line_of("m", {{"id", 1}, {"id", 2}, {"level", "mine"}}), HasSubstr(R"("message":"m","id":2,"level_":"mine"})"));
}

TEST(LogLine, RedactsSecretsEverywhereBeforeCutting) {
  Redaction redaction;
  redaction.add("hunter22");
  redaction.add("hunter22-and-more");
  redaction.add("pass\"word");
  redaction.add("short");
  const auto line = line_of("login hunter22-and-more",
                            {{"url", "https://u:hunter22@h"},
                             {"hunter22", json::object{{"a", json::array{"x hunter22"}}}},
                             {"quoted", "pass\"word"},
                             {"long", (std::string(kMaxValueBytes - 8, 'x') + "hunter22").c_str()},
                             {"word", "short"}},
                            redaction);
  EXPECT_THAT(line, Not(HasSubstr("hunter")));
  EXPECT_THAT(line, Not(HasSubstr("pass")));
  EXPECT_THAT(line, HasSubstr("https://u:***@h"));
  EXPECT_THAT(line, HasSubstr(R"("word":"short")"));
}

RC_GTEST_PROP(LogLine, IsAlwaysBoundedValidJson,
              (const std::string& message, const std::vector<std::pair<std::string, std::string>>& texts)) {
  std::vector<Field> fields;
  for (const auto& [name, text] : texts) fields.emplace_back(name, text);
  const auto line = line_of(message, fields);
  RC_ASSERT(line.size() <= kMaxLineBytes);
  RC_ASSERT(json::parse(line).is_object());
  RC_ASSERT(valid_utf8(line) == line);
}

}  // namespace
}  // namespace spm::log
