#include "cli/demo_prometheus.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "log/log.hpp"

namespace spm::cli {
namespace {

constexpr auto kBinary = "/usr/bin/prometheus";
constexpr std::chrono::seconds kPauseBeforeRestart{15};

// Prometheus cannot be told "any free port", so one is looked up for it; another program could take it in between, which start() would
// show.
int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool is_bound = bind(probe, generic, size) == 0 && getsockname(probe, generic, &size) == 0;
  close(probe);
  return is_bound ? ntohs(address.sin_port) : 0;
}

std::string configuration(const std::vector<std::string>& targets) {
  std::string text =
      "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: node\n    static_configs:\n      - targets:\n";
  for (const auto& target : targets) text += fmt::format("          - '{}'\n", target);
  return text;
}

}  // namespace

bool DemoPrometheus::is_installed() { return access(kBinary, X_OK) == 0; }

Result<DemoPrometheus> DemoPrometheus::start(const std::string& directory, const std::vector<std::string>& targets) {
  const int port = free_port();
  if (port == 0) return fail(ErrorCode::InternalError, "no free port on 127.0.0.1 for Prometheus");
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/prometheus.yml") << configuration(targets);
  std::vector<std::string> argv{kBinary,
                                "--config.file=" + directory + "/prometheus.yml",
                                "--storage.tsdb.path=" + directory + "/data",
                                fmt::format("--web.listen-address=127.0.0.1:{}", port),
                                "--storage.tsdb.retention.time=1d",
                                "--log.level=warn"};
  auto log_file = directory + "/prometheus.log";
  auto process = ChildProcess::start(argv, log_file);
  if (!process) return tl::unexpected<Error>(process.error());
  return DemoPrometheus(std::move(argv), std::move(log_file), fmt::format("http://127.0.0.1:{}", port), std::move(*process));
}

DemoPrometheus::DemoPrometheus(std::vector<std::string> argv, std::string log_file, std::string url, ChildProcess process)
    : argv_(std::move(argv)), log_file_(std::move(log_file)), url_(std::move(url)), process_(std::move(process)) {}

void DemoPrometheus::supervise() {
  if (process_ && process_->is_running()) return;
  const auto now = std::chrono::steady_clock::now();
  if (!gone_since_) {
    gone_since_ = now;
    process_.reset();
    log::warning("demo", "Prometheus is gone; it starts again soon", {{"pause_seconds", kPauseBeforeRestart.count()}});
  } else if (now - *gone_since_ >= kPauseBeforeRestart) {
    gone_since_.reset();
    if (auto process = ChildProcess::start(argv_, log_file_)) process_ = std::move(*process);
  }
}

}  // namespace spm::cli
