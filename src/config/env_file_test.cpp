#include "config/env_file.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace spm::config {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(EnvFile, ReadsKeysCommentsQuotesAndExport) {
  const auto values = parse_env_file(
      "\xEF\xBB\xBF# a comment\r\n"
      "\n"
      "A=plain value   # and a comment\r\n"
      "export B = spaced\n"
      "C='it is # not a \\n comment'  # this is\n"
      "D=\"line\\nbreak \\\"quoted\\\" \\$HOME\"\n"
      "E=\n"
      "F=a#b=c\n"
      "G=# only a comment",
      ".env");
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_THAT(*values, ElementsAre(Pair("A", "plain value"), Pair("B", "spaced"), Pair("C", "it is # not a \\n comment"),
                                   Pair("D", "line\nbreak \"quoted\" $HOME"), Pair("E", ""), Pair("F", "a#b=c"), Pair("G", "")));
}

TEST(EnvFile, NamesFileAndLineOfEveryMistake) {
  const auto values = parse_env_file("A=1\nnonsense\nB=\"open\n9X=1\nA=2\nC='x' y\nD=\"\\q\"\n", "/etc/spm.env");
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().message,
            "/etc/spm.env:2: is not KEY=VALUE\n"
            "/etc/spm.env:3: B: the quote is not closed on this line\n"
            "/etc/spm.env:4: is not KEY=VALUE\n"
            "/etc/spm.env:5: A is set twice\n"
            "/etc/spm.env:6: C: text after the closing quote\n"
            "/etc/spm.env:7: D: unknown escape: only \\n \\t \\\" \\\\ and \\$ are known in double quotes");
}

RC_GTEST_PROP(EnvFile, NeverFailsOnSingleQuotedText, (std::string text)) {
  std::erase_if(text, [](char c) { return c == '\'' || c == '\n' || c == '\r'; });
  const auto values = parse_env_file("KEY='" + text + "'", ".env");
  RC_ASSERT(values.has_value());
  RC_ASSERT(values->at("KEY") == text);
}

RC_GTEST_PROP(EnvFile, SurvivesAnyText, (const std::string& text)) { static_cast<void>(parse_env_file(text, ".env")); }

}  // namespace
}  // namespace spm::config
