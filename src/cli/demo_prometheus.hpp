#pragma once
// A real Prometheus for the demo, scraping the simulated fleet's exporters every second. Started again 15 s after it died.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/child_process.hpp"

namespace spm::cli {

class DemoPrometheus {
 public:
  // True when the distribution's package is installed.
  [[nodiscard]] static bool is_installed();

  // `targets` are "IP:port". Binds a free port of 127.0.0.1. Throws nothing; a failure to start is an Error.
  [[nodiscard]] static Result<DemoPrometheus> start(const std::string& directory, const std::vector<std::string>& targets);

  [[nodiscard]] const std::string& url() const { return url_; }
  // To be called now and then: starts it again when it is gone for a while.
  void supervise();

 private:
  DemoPrometheus(std::vector<std::string> argv, std::string log_file, std::string url, ChildProcess process);

  std::vector<std::string> argv_;
  std::string log_file_;
  std::string url_;
  std::optional<ChildProcess> process_;
  std::optional<std::chrono::steady_clock::time_point> gone_since_;
};

}  // namespace spm::cli
