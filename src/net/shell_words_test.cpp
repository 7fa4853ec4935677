// The proof of the quoting: thousands of hostile words go through real shells, into a program's argv, and come out byte for byte. What is
// no name or version is refused before it gets there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <random>

#include "base/package_grammar.hpp"
#include "net/remote_script.hpp"

namespace spm::net {
namespace {

using versions::Family;

constexpr std::size_t kWords = 2'500;
constexpr std::size_t kAtOnce = 100;  // words of one command

// What shells, printf(1), xargs and find read something into.
const std::vector<std::string> kHostile = {"'",
                                           "\"",
                                           "`",
                                           "$",
                                           "\\",
                                           ";",
                                           "&",
                                           "|",
                                           "<",
                                           ">",
                                           "(",
                                           ")",
                                           "{",
                                           "}",
                                           "[",
                                           "]",
                                           "*",
                                           "?",
                                           "~",
                                           "!",
                                           "#",
                                           "%s",
                                           "%n",
                                           " ",
                                           "\t",
                                           "\n",
                                           "\r",
                                           "--",
                                           "-n",
                                           "-e",
                                           "=",
                                           ",",
                                           "^",
                                           "$(id)",
                                           "`id`",
                                           "${IFS}",
                                           "$HOME",
                                           "$'",
                                           "\\'",
                                           "'\\''",
                                           "\\n",
                                           "\\012",
                                           "$((1",
                                           "||",
                                           "&&",
                                           ">/tmp/own",
                                           "<<EOF",
                                           "\nEOF\n",
                                           "\x01",
                                           "\x1b[2J",
                                           "\x7f",
                                           "\xc3\xa9",
                                           "\xe2\x80\xae",
                                           "\xff",
                                           "\xc0\xaf",
                                           "../..",
                                           "libssl3",
                                           "@@spm:",
                                           "nginx",
                                           "1.0-1",
                                           ":amd64",
                                           "\n\n",
                                           "\\\n"};

std::vector<std::string> hostile_words() {
  std::mt19937 random(20260131);
  std::vector<std::string> words{"", "\n", "\n\n", "x\n", std::string(60'000, '\'')};
  while (words.size() < kWords) {
    std::string word;
    for (auto parts = random() % 7 + 1; parts > 0; --parts) {
      const bool is_any_byte = random() % 4 == 0;
      word += is_any_byte ? std::string(1, static_cast<char>(random() % 255 + 1)) : kHostile[random() % kHostile.size()];
    }
    words.push_back(std::move(word));
  }
  return words;
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    const int file = ::mkstemp(path_.data());
    EXPECT_GE(file, 0);
    ::close(file);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/spm_words_XXXXXX";
};

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string output;
  std::array<char, 65'536> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), size);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

// The words that a program gets: printf(1) of coreutils, not the shell's own, ends each with a NUL, which no word can hold.
std::vector<std::string> words_through(const std::string& shell, const std::vector<std::string>& words) {
  std::string script;
  for (std::size_t i = 0; i < words.size(); ++i) script += (i % kAtOnce == 0 ? "\n/usr/bin/printf '%s\\0' " : " ") + shell_quote(words[i]);
  const TemporaryFile file(script + "\n");
  const auto output = output_of("LC_ALL=C " + shell + " " + file.path() + " 2>&1");
  std::vector<std::string> arrived;
  for (std::size_t from = 0; from < output.size();) {
    const auto end = output.find('\0', from);
    if (end == std::string::npos) {
      ADD_FAILURE() << shell << " said: " << output.substr(from);
      break;
    }
    arrived.push_back(output.substr(from, end - from));
    from = end + 1;
  }
  return arrived;
}

class ShellWords : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Shells, ShellWords, testing::Values("/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/busybox"),
                         [](const auto& parameter) {
                           const std::string path = parameter.param;
                           return path.substr(path.rfind('/') + 1);
                         });

TEST_P(ShellWords, ArriveByteForByte) {
  const std::string shell = GetParam();
  if (::access(shell.c_str(), X_OK) != 0) GTEST_SKIP() << shell << " is not installed";
  const auto words = hostile_words();
  const auto arrived = words_through(shell.ends_with("busybox") ? shell + " sh" : shell, words);
  ASSERT_EQ(arrived.size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) ASSERT_EQ(arrived[i], words[i]) << "word " << i << ": " << shell_quote(words[i]);
}

// Whatever the grammar admits is safe even without quotes, and of the hostile words it admits none that a shell reads something into.
TEST(ShellWords, TheGrammarRefusesWhatIsNoName) {
  std::size_t refused = 0;
  for (const auto& word : hostile_words()) {
    const bool is_hostile = word.empty() || word.front() == '-' ||
                            word.find_first_of(" \t\r\n'\"`$;&|<>()*?[]{}!#/%=,\x01\x1b\x7f") != std::string::npos ||
                            std::any_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (!is_hostile) continue;
    ++refused;
    const std::array admitted{is_package_name(Family::Deb, word),
                              is_package_name(Family::Rpm, word),
                              is_package_version(Family::Deb, word),
                              is_package_version(Family::Rpm, word),
                              is_unit_name(word),
                              is_minion_id(word),
                              is_architecture(word),
                              is_advisory_name(word)};
    EXPECT_THAT(admitted, testing::Each(false)) << shell_quote(word);
  }
  EXPECT_GE(refused, 2'000U);
}

}  // namespace
}  // namespace spm::net
