#pragma once
// Telling systemd how we are (sd_notify's datagrams, without its library): ready, alive, stopping. Used by `serve`, from its one thread.
// Without systemd everything here does nothing.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spm::cli {

class Supervisor {
 public:
  // From NOTIFY_SOCKET and WATCHDOG_USEC.
  Supervisor();

  void ready(std::string_view status) const;
  void stopping() const;
  // To be called at least every beat(): tells the watchdog that we live, if `is_alive` says so. Unsaid for too long, systemd restarts us.
  void beat_if(const std::function<bool()>& is_alive) const;
  // A third of what the watchdog allows; nullopt: nobody watches.
  [[nodiscard]] std::optional<std::chrono::milliseconds> beat() const { return beat_; }

 private:
  void send(std::string_view state) const;

  std::string socket_;
  std::optional<std::chrono::milliseconds> beat_;
};

}  // namespace spm::cli
