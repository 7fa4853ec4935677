#include "sandbox/shell_syntax.hpp"

#include <gtest/gtest.h>

namespace spm::sandbox {
namespace {

std::string text(const Word& word) {
  std::string joined;
  for (const auto& part : word) joined += part.variable ? "<" + part.text + ">" : part.text;
  return joined;
}

TEST(ShellSyntax, ReadsQuotesVariablesAndRedirections) {
  const auto commands =
      parse_shell("#!/bin/sh\nexec 2>&1 </dev/null\nLC_ALL=C timeout 30 'a b'\\''c' \"x $? ${HOME}\" && echo ok; true || false\n");
  ASSERT_TRUE(commands) << commands.error().message;
  ASSERT_EQ(commands->size(), 5U);
  EXPECT_TRUE(commands->at(0).err_to_out);
  EXPECT_EQ(commands->at(1).assignments.at(0).first, "LC_ALL");
  EXPECT_EQ(text(commands->at(1).words.at(2)), "a b'c");
  EXPECT_EQ(text(commands->at(1).words.at(3)), "x <?> <HOME>");
  EXPECT_EQ(commands->at(2).join, Join::IfSucceeded);
  EXPECT_EQ(commands->at(4).join, Join::IfFailed);
}

TEST(ShellSyntax, KeepsNewlinesInsideQuotes) {
  const auto commands = parse_shell("printf 'a\nb'\n");
  ASSERT_TRUE(commands);
  EXPECT_EQ(text(commands->at(0).words.at(1)), "a\nb");
}

TEST(ShellSyntax, RefusesWhatItDoesNotUnderstand) {
  for (const char* script : {"a | b", "a > /tmp/file", "(a)", "echo `date`", "echo $(date)", "echo 'open", "a &"}) {
    EXPECT_FALSE(parse_shell(script)) << script;
  }
}

}  // namespace
}  // namespace spm::sandbox
