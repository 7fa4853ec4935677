#pragma once
// A program that runs beside the demo (Prometheus) and must never outlive it.

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.hpp"

namespace spm::cli {

class ChildProcess {
 public:
  // Starts argv[0] (an absolute path) with its output appended to `log_file`. The kernel ends it when this process dies, however it dies.
  [[nodiscard]] static Result<ChildProcess> start(const std::vector<std::string>& argv, const std::string& log_file);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();  // SIGTERM, after 5 s SIGKILL; returns when it is gone

  [[nodiscard]] bool is_running();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}
  void end();

  pid_t pid_ = -1;
};

}  // namespace spm::cli
