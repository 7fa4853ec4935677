// The command-line client: the real program against a running service.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/service.hpp"
#include "config/settings.hpp"
#include "net/remote_script.hpp"
#include "tests/integration/queue_rows.hpp"
#include "tests/support/paths.hpp"

namespace spm::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kKey = "spmctl-test-key-0123456789";

struct Ran {
  int exit_status = -1;
  std::string out;
  std::string err;
};

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

config::Settings settings_for(const TestDatabase& database) {
  const config::Environment environment{{"API_KEY", kKey},
                                        {"API_HOST", "127.0.0.1"},
                                        {"SECRET_KEY", "0123456789abcdef0123456789abcdef"},
                                        {"DATABASE_URL", "postgresql://replaced"},
                                        {"COMMAND_BACKEND", "uyuni"},
                                        {"UYUNI_URL", "https://127.0.0.1:1"},
                                        {"UYUNI_USER", "nobody"},
                                        {"UYUNI_PASSWORD", "nothing"}};
  auto loaded = config::load(environment, std::nullopt);
  if (!loaded) throw std::runtime_error(loaded.error().message);
  loaded->settings.database.conninfo = database.conninfo();
  loaded->settings.api.port = 0;
  return loaded->settings;
}

class Spmctl : public testing::Test {
 protected:
  Spmctl() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spmctl-test-XXXXXX").string();
    home = ::mkdtemp(pattern.data());
  }
  ~Spmctl() override {
    service.stop();
    std::filesystem::remove_all(home);
  }
  Spmctl(const Spmctl&) = delete;
  Spmctl& operator=(const Spmctl&) = delete;

  // After the rows are there: the service's jobs score what they find.
  void start() {
    service.start();
    url = fmt::format("http://127.0.0.1:{}", service.port());
  }

  // With an environment of its own: nothing of the machine's.
  Ran run_with(const std::string& environment, const std::vector<std::string>& words, const std::string& input = "") {
    std::ofstream(home / "in", std::ios::binary) << input;
    std::string command = fmt::format("env -i PATH=/usr/bin:/bin LC_ALL=C ASAN_OPTIONS=detect_leaks=0 HOME={0} {1} {2}", home.string(),
                                      environment, test::spmctl());
    for (const auto& word : words) command += " " + net::shell_quote(word);
    command += fmt::format(" <{0}/in >{0}/out 2>{0}/err", home.string());
    const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(home / "out"), content_of(home / "err")};
  }
  Ran run(const std::vector<std::string>& words, const std::string& input = "") {
    return run_with(fmt::format("SPMCTL_URL={} SPMCTL_KEY={}", url, kKey), words, input);
  }

  SystemClock clock;
  TestDatabase database;
  QueueRows rows{database.pool(), clock};
  app::Service service{settings_for(database), clock, {.answer_check = http::AnswerCheck::Strict}};
  std::filesystem::path home;
  std::string url;
};

TEST_F(Spmctl, AsksAndShows) {
  rows.scored({.name = "USN-1-1"});
  start();
  const auto health = run({"health"});
  EXPECT_EQ(health.exit_status, 0) << health.err;
  EXPECT_THAT(health.out, HasSubstr("status: healthy\n"));
  const auto added = run({"queue", "add", "--errata-ids", "USN-1-1", "--target-os", "ubuntu", "--notes",
                          "a\x1b[2J"
                          "b",
                          "-o", "json"});
  ASSERT_EQ(added.exit_status, 0) << added.err;
  const auto queue_id = json::parse(added.out).at("items").at(0).at("queue_id").as_int64();
  const auto list = run({"queue", "--output", "table"});
  EXPECT_THAT(list.out, AllOf(StartsWith("ID"), HasSubstr("USN-1-1"), EndsWith("1 of 1\n")));
  const auto item = run({"queue", "show", std::to_string(queue_id)});
  EXPECT_THAT(item.out, AllOf(HasSubstr("notes: a\\x1b[2Jb\n"), Not(HasSubstr("\x1b")))) << "a terminal does not obey it";
  EXPECT_EQ(run({"queue", "delete", std::to_string(queue_id)}).exit_status, 0);
  EXPECT_EQ(run({"api", "get", "/queue/stats", "-o", "json"}).exit_status, 0);
  EXPECT_THAT(run({"api", "POST", "/queue/sync", "--data", "-"}, R"({"dry_run": true})").out, HasSubstr("queued: 0\n"));
  EXPECT_THAT(run({"metrics"}).out, HasSubstr("spm_"));
  EXPECT_THAT(run({"contract", "-o", "json"}).out, HasSubstr("\"openapi\": \"3.1.0\""));
}

TEST_F(Spmctl, ExitStatusesTellAScriptWhatHappened) {
  rows.scored({.name = "USN-2-1"});
  const auto item = rows.item("USN-2-1");
  start();
  EXPECT_EQ(run({}).exit_status, 2);
  EXPECT_EQ(run({"no-such-group"}).exit_status, 2);
  const auto refused = run({"queue", "add", "--errata-ids", "USN-1-1", "--target-os", "windows"});
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("target_os"), HasSubstr("request ")));
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(run_with("SPMCTL_URL=" + url, {"queue", "list"}).exit_status, 3);
  EXPECT_EQ(run_with("SPMCTL_URL=" + url + " SPMCTL_KEY=wrong-key-0123456789", {"queue", "list"}).exit_status, 3);
  EXPECT_EQ(run({"queue", "show", "999"}).exit_status, 4);
  EXPECT_EQ(run({"approvals", "approve", std::to_string(item.value)}).exit_status, 5);
  const auto nobody = run_with("SPMCTL_URL=http://127.0.0.1:1", {"health"});
  EXPECT_EQ(nobody.exit_status, 6);
  EXPECT_THAT(nobody.err, HasSubstr("http://127.0.0.1:1"));
  EXPECT_EQ(run_with("", {"health"}).exit_status, 2) << "no service was named";
}

TEST_F(Spmctl, WatchesATestToItsEnd) {
  rows.system({});
  rows.scored({.name = "USN-3-1"});
  rows.scored({.name = "USN-3-2"});
  const auto passed = rows.test_run(rows.item("USN-3-1"), 1000, "passed");
  const auto failed = rows.test_run(rows.item("USN-3-2"), 1000, "failed");
  start();
  for (const auto& [test, status, exit_status] : {std::tuple{passed, "passed", 0}, std::tuple{failed, "failed", 1}}) {
    const auto watched = run({"test", "watch", std::to_string(test.value)});
    EXPECT_EQ(watched.exit_status, exit_status) << watched.err;
    EXPECT_THAT(watched.out, HasSubstr(fmt::format("test {}: {}", test.value, status)));
  }
  EXPECT_EQ(run({"test", "watch", "999"}).exit_status, 4);
}

TEST_F(Spmctl, KeepsAKeyPrivatelyAndTakesItFromStandardInput) {
  start();
  const auto added = run_with("", {"profile", "add", "lab", "--url", url + "/"}, std::string(kKey) + "\n");
  ASSERT_EQ(added.exit_status, 0) << added.err;
  const auto file = home / ".config" / "spmctl" / "config.json";
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(run_with("", {"queue", "list"}).exit_status, 0);
  EXPECT_THAT(run_with("", {"profile", "list"}).out, AllOf(HasSubstr("* lab  " + url), Not(HasSubstr(kKey))));
  EXPECT_EQ(run_with("", {"--server", fmt::format("http://localhost:{}", service.port()), "queue", "list"}).exit_status, 3)
      << "the key of one server is not sent to another";
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_THAT(run_with("", {"queue", "list"}).err, HasSubstr("chmod 600"));
}

TEST_F(Spmctl, CompletesInARealShell) {
  start();
  std::ofstream(home / "completion") << run({"completion", "bash"}).out;
  const auto script = fmt::format(
      "PATH={}:$PATH; . {}/completion; COMP_WORDS=(spmctl approvals sn); COMP_CWORD=2; _spmctl; printf %s \"${{COMPREPLY[*]}}\"",
      std::filesystem::path(test::spmctl()).parent_path().string(), home.string());
  const auto out = (home / "offered").string();
  ASSERT_EQ(std::system(fmt::format("bash -c {} > {}", net::shell_quote(script), out).c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(content_of(out), "snooze");
}

}  // namespace
}  // namespace spm::test
