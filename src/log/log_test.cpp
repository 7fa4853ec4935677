#include "log/log.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace spm::log {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
namespace fs = std::filesystem;

// Sends lines to a file of the test alone.
class LogFile : public testing::Test {
 protected:
  LogFile() : folder_(fs::temp_directory_path() / fmt::format("spm-log-{}", getpid())) {
    fs::create_directories(folder_);
    EXPECT_TRUE(start({Level::Info, file(), false}));
  }
  ~LogFile() override {
    EXPECT_TRUE(start({Level::Info, "", false}));
    fs::remove_all(folder_);
  }
  [[nodiscard]] std::string file() const { return folder_ / "spm.log"; }
  [[nodiscard]] static std::vector<std::string> lines_of(const fs::path& path) {
    std::vector<std::string> lines;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  fs::path folder_;
};

TEST_F(LogFile, WritesLinesAtAndAboveTheLevel) {
  debug("t", "unseen");
  info("t", "seen", {{"test_id", TestId{17}}, {"errata_id", AdvisoryName{"USN-1"}}, {"count", std::size_t{3}}});
  const auto lines = lines_of(file());
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr(R"("level":"info","logger":"t","message":"seen","test_id":17,"errata_id":"USN-1","count":3})"));
}

TEST_F(LogFile, AddsTheFieldsOfTheScopesOfThisThread) {
  {
    const Scope outer{{"request_id", "r1"}, {"test_id", 1}};
    const Scope inner{{"test_id", 2}};
    info("t", "inside");
    std::thread([] { info("t", "elsewhere"); }).join();
  }
  info("t", "outside");
  const auto lines = lines_of(file());
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0], HasSubstr(R"("message":"inside","request_id":"r1","test_id":2})"));
  EXPECT_THAT(lines[1], Not(HasSubstr("request_id")));
  EXPECT_THAT(lines[2], Not(HasSubstr("request_id")));
}

TEST_F(LogFile, GoesOnInANewFileAfterReopen) {
  info("t", "before");
  fs::rename(file(), file() + ".moved");
  reopen();
  info("t", "after");
  EXPECT_THAT(lines_of(file() + ".moved"), SizeIs(1));
  EXPECT_THAT(lines_of(file()), SizeIs(1));
}

TEST_F(LogFile, SaysWhyAFileCannotBeWritten) {
  const auto started = start({Level::Info, "/proc/none/spm.log", false});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("LOG_FILE=/proc/none/spm.log: cannot be written"));
}

TEST_F(LogFile, HidesRegisteredSecrets) {
  register_secret("s3cr3t-value");
  register_secret("abc");
  info("t", "with s3cr3t-value");
  EXPECT_EQ(redacted("x s3cr3t-value abc"), "x *** abc");
  EXPECT_THAT(lines_of(file())[0], HasSubstr("with ***"));
}

TEST_F(LogFile, TakesLinesFromManyThreads) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const Scope scope{{"thread", t}};
      for (int i = 0; i < 200; ++i) info("t", "line", {{"i", i}});
    });
  }
  threads.clear();
  const auto lines = lines_of(file());
  EXPECT_THAT(lines, SizeIs(800));
  for (const auto& line : lines) EXPECT_TRUE(line.starts_with("{\"time\"") && line.ends_with("}")) << line;
}

TEST(LogLevel, IsReadInAnyCase) {
  EXPECT_EQ(parse_level("WARNING"), Level::Warning);
  EXPECT_EQ(parse_level("warn"), Level::Warning);
  EXPECT_EQ(parse_level("chatty"), std::nullopt);
}

}  // namespace
}  // namespace spm::log
