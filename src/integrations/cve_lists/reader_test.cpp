#include "integrations/cve_lists/reader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/scripted_server.hpp"

namespace spm::cve_lists {
namespace {

using net::ScriptedConnection;
using net::ScriptedServer;
using testing::HasSubstr;

const std::string kPacked(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x2e\x4b\xd5\x49\x2d\x28\x2e\xe6\x72\x0e\x73\xd5\x35\x32\x30\x32\xd1\x35\x34"
    "\x32\x36\xd1\x31\xd0\x33\xe5\x02\x00\x78\x24\xac\x36\x1b\x00\x00\x00",
    47);  // by gzip -9n
const std::string kText = "cve,epss\nCVE-2024-1234,0.5\n";

std::string read(const std::string& place, Options options = {}) {
  ListReader reader(std::move(options));
  const auto text = reader.read(place, {});
  return text ? *text : "refused: " + text.error().message;
}

class ListFile {
 public:
  explicit ListFile(const std::string& content)
      : path_(std::filesystem::temp_directory_path() / fmt::format("spm-list-{}-{}", getpid(), ++count_)) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~ListFile() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  static inline int count_ = 0;
  std::filesystem::path path_;
};

TEST(CveListReader, ReadsFilesAndUnpacksThemByTheirContent) {
  EXPECT_EQ(read(ListFile(kText).path()), kText);
  EXPECT_EQ(read(ListFile(kPacked).path()), kText);
}

TEST(CveListReader, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(read("/nowhere/kev.json"), "refused: /nowhere/kev.json does not exist");
  EXPECT_THAT(read("/tmp"), HasSubstr("is no file"));
  EXPECT_THAT(read("/dev/zero"), HasSubstr("is no file"));
  EXPECT_THAT(read(ListFile(std::string(1'000'001, 'x')).path(), {.max_bytes = 1'000'000}), HasSubstr("is larger than"));
}

TEST(CveListReader, ReadsOverHttpAndSaysWhoAsks) {
  std::string asked;
  ScriptedServer server([&](ScriptedConnection& c) {
    asked = c.read_request();
    c.answer(200, "application/octet-stream", kPacked);
  });
  EXPECT_EQ(read(server.url("/epss.csv.gz")), kText);
  EXPECT_THAT(asked, HasSubstr("User-Agent: spm-orchestrator"));
}

TEST(CveListReader, FollowsToTodaysFileOnTheSameServer) {
  ScriptedServer server([](ScriptedConnection& c) {
    if (c.read_request().starts_with("GET /current ")) {
      c.answer(302, "text/html", "moved", "Location: /2025-08-25?signed=1\r\n");
    } else {
      c.answer(200, "text/csv", kText);
    }
  });
  EXPECT_EQ(read(server.url("/current")), kText);
}

TEST(CveListReader, RefusesWhatIsNoListOrTooLarge) {
  ScriptedServer busy([](ScriptedConnection& c) {
    (void)c.read_request();
    c.answer(503, "text/html", "later");
  });
  EXPECT_THAT(read(busy.url("/kev.json")), HasSubstr("answered HTTP 503"));
  ScriptedServer circle([](ScriptedConnection& c) {
    (void)c.read_request();
    c.answer(301, "text/html", "", "Location: /again\r\n");
  });
  EXPECT_THAT(read(circle.url("/again")), HasSubstr("too often"));
  ScriptedServer large([](ScriptedConnection& c) {
    (void)c.read_request();
    c.answer(200, "text/csv", std::string(100'000, 'x'));
  });
  EXPECT_THAT(read(large.url("/list"), {.max_bytes = 10'000}), HasSubstr("larger than 10000 bytes"));
  ScriptedServer cut([](ScriptedConnection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncve,epss\n");
  });
  EXPECT_THAT(read(cut.url("/list")), HasSubstr("refused: GET http://127.0.0.1:"));
}

TEST(CveListReader, EndsSoonWhenItIsStopped) {
  ScriptedServer server([](ScriptedConnection& c) {
    (void)c.read_request();
    c.answer(200, "text/csv", kText);
  });
  std::stop_source stop;
  stop.request_stop();
  const auto text = ListReader().read(server.url("/list"), stop.get_token());
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, HasSubstr("stopped"));
}

TEST(CveListReader, FollowsOnlyToHttpsOrTheSameServer) {
  const auto next = [](const std::string& asked, const std::string& location) { return next_address(asked, location).value_or("refused"); };
  EXPECT_EQ(next("https://a.example/x?secret", "/y"), "https://a.example/y");
  EXPECT_EQ(next("https://a.example/x", "https://b.example/y?z=1"), "https://b.example/y?z=1");
  EXPECT_EQ(next("http://a.example/x", "https://a.example/x"), "https://a.example/x");
  EXPECT_EQ(next("http://a.example:8080/x", "http://a.example:8080/y"), "http://a.example:8080/y");
  for (const auto* location : {"http://a.example/x", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "//b.example/y", "y",
                               "", "https://user:password@b.example/", "https://b.example/a b", "gopher://b.example/"}) {
    EXPECT_EQ(next("https://a.example/x", location), "refused") << location;
  }
  EXPECT_EQ(next("https://a.example/x", "https://b.example/" + std::string(3'000, 'y')), "refused");
}

}  // namespace
}  // namespace spm::cve_lists
