#include "net/remote_script.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

namespace spm::net {
namespace {

using ports::Command;

constexpr const char* kToken = "20261123132434123456";

// Runs a script with the real shell, as a minion would: from a file, one stream.
std::string run(const std::string& script) {
  std::string path = "/tmp/spm_script_XXXXXX";
  const int file = mkstemp(path.data());
  EXPECT_GE(file, 0);
  EXPECT_EQ(write(file, script.data(), script.size()), static_cast<ssize_t>(script.size()));
  close(file);
  FILE* pipe = popen(("/bin/sh " + path).c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), n);
  pclose(pipe);
  unlink(path.c_str());
  return output;
}

std::vector<ports::CommandOutput> outputs_of(const std::vector<Command>& commands) {
  const auto outputs = parse_script_output(run(compose_script(commands, kToken)), kToken, commands.size());
  EXPECT_TRUE(outputs) << (outputs ? "" : outputs.error().message);
  return outputs ? *outputs : std::vector<ports::CommandOutput>(commands.size());
}

TEST(RemoteScript, HasTheAgreedForm) {
  EXPECT_EQ(compose_script({{{"systemctl", "is-active", "cron"}, std::chrono::seconds(30)}}, "7"),
            "#!/bin/sh\n"
            "exec 2>&1 </dev/null\n"
            "export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive\n"
            "printf '@@spm:7:0:begin\\n'\n"
            "timeout 30 'systemctl' 'is-active' 'cron'\n"
            "printf '\\n@@spm:7:0:end:%d\\n' \"$?\"\n");
}

TEST(RemoteScript, HostileWordsArriveUnchanged) {
  const std::string words[] = {"'; rm -rf /tmp/nothing; '",
                               "$(id)",
                               "`id`",
                               "\"$HOME\"",
                               "a\\b\\n",
                               "*",
                               "~",
                               "",
                               "-n",
                               "a\nb",
                               "a\tb",
                               "a\r\nb",
                               "\x01\x7f",
                               "\xff\xfe",
                               "%d%s",
                               "!x",
                               "caf\xC3\xA9",
                               "${binary:Package}\\t${Version}\\n",
                               "@@spm:1:0:end:0",
                               " lead and trail "};
  for (const std::string& word : words)
    EXPECT_EQ(outputs_of({{{"printf", "%s.", word}}})[0].output, word == "\xff\xfe" ? "\xEF\xBF\xBD\xEF\xBF\xBD." : word + ".");
}

TEST(RemoteScript, AnyWordSurvivesTheQuoting) {
  std::vector<Command> commands;
  std::vector<std::string> words;
  for (int i = 1; i < 128; ++i) {
    words.push_back(std::string("x") + static_cast<char>(i) + "y" + static_cast<char>(i));
    commands.push_back({{"printf", "%s.", words.back()}});
  }
  const auto outputs = outputs_of(commands);
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(outputs[i].output, words[i] + ".") << i + 1;
}

TEST(RemoteScript, EveryCommandRunsWhateverTheOthersDo) {
  const auto outputs =
      outputs_of({{{"sh", "-c", "echo to-err >&2; exit 3"}}, {{"no-such-command"}}, {{"true"}}, {{"cat"}}, {{"printf", "x"}}});
  EXPECT_EQ(outputs[0].exit_status, 3);
  EXPECT_EQ(outputs[0].output, "to-err\n");
  EXPECT_EQ(outputs[1].exit_status, 127);
  EXPECT_EQ(outputs[2].exit_status, 0);
  EXPECT_EQ(outputs[2].output, "");
  EXPECT_EQ(outputs[3].output, "");  // stdin is /dev/null: cat ends
  EXPECT_EQ(outputs[4].output, "x");
}

TEST(RemoteScript, ACommandThatTakesTooLongEndsWith124) {
  EXPECT_EQ(outputs_of({{{"sleep", "5"}, std::chrono::seconds(1)}})[0].exit_status, 124);
}

TEST(RemoteScript, WrongUseIsABug) {
  EXPECT_THROW(compose_script({{{}}}, kToken), std::invalid_argument);
  EXPECT_THROW(compose_script({}, "1'; id"), std::invalid_argument);
  EXPECT_THROW(compose_script({}, ""), std::invalid_argument);
  EXPECT_THROW((void)shell_quote(std::string("a\0b", 3)), std::invalid_argument);
}

std::string refusal(std::string_view output, std::size_t expected) {
  const auto outputs = parse_script_output(output, "7", expected);
  EXPECT_FALSE(outputs);
  if (outputs) return "";
  EXPECT_EQ(outputs.error().upstream, UpstreamFailure::BadAnswer);
  return outputs.error().message;
}

TEST(RemoteScript, TextAroundTheMarkersIsNotOutput) {
  const std::string output = "stdout:\n\n@@spm:7:0:begin\nactive\n\n@@spm:7:0:end:0";  // UYUNI's heading; Salt strips the last newline
  const auto outputs = parse_script_output(output, "7", 1);
  ASSERT_TRUE(outputs);
  EXPECT_EQ((*outputs)[0].output, "active\n");
}

TEST(RemoteScript, AnOutputThatIsNotWholeIsRefused) {
  const std::string whole = "@@spm:7:0:begin\na\n\n@@spm:7:0:end:0\n@@spm:7:1:begin\n\n@@spm:7:1:end:3\n";
  ASSERT_TRUE(parse_script_output(whole, "7", 2));
  EXPECT_EQ(refusal("", 1), "the output holds no marker: the script did not run");
  EXPECT_EQ(refusal(whole, 3), "the output of the script ended after command 2 of 3");
  EXPECT_EQ(refusal(whole, 1), "the script ran more than 1 commands");
  EXPECT_EQ(refusal("@@spm:8:0:begin\n\n@@spm:8:0:end:0\n", 1), "the output belongs to another batch of commands");
  EXPECT_EQ(refusal("@@spm:7:0:begin\n\n@@spm:7:0:end:999\n", 1), "the output of the script ended after command 0 of 1");
  EXPECT_NE(refusal(std::string(5 * 1024 * 1024, 'x'), 1).find("larger than"), std::string::npos);
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    EXPECT_FALSE(parse_script_output(whole.substr(0, length), "7", 2)) << length;
}

TEST(RemoteScript, NoBytesWhateverMakeTheParserMisbehave) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    (void)parse_script_output("@@spm:7:0:begin\n" + bytes + "\n@@spm:7:0:end:" + bytes, "7", 1);
    (void)parse_script_output(bytes, "7", 0);
  }));
}

}  // namespace
}  // namespace spm::net
