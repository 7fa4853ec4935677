#include "cli/supervisor.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "log/log.hpp"

namespace spm::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::optional<std::chrono::milliseconds> watchdog_beat() {
  const auto text = environment("WATCHDOG_USEC");
  std::int64_t microseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), microseconds);
  if (error != std::errc{} || end != text.data() + text.size() || microseconds <= 0) return std::nullopt;
  return std::chrono::milliseconds(std::max<std::int64_t>(microseconds / 3000, 1));
}

}  // namespace

Supervisor::Supervisor() : socket_(environment("NOTIFY_SOCKET")) {
  if (!socket_.empty()) beat_ = watchdog_beat();
}

void Supervisor::send(std::string_view state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const void* generic = &address;
  if (sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, static_cast<const sockaddr*>(generic), length) < 0)
    log::warning("app", "systemd could not be told", {{"state", state}, {"error", std::strerror(errno)}});
  close(fd);
}

void Supervisor::ready(std::string_view status) const { send(fmt::format("READY=1\nSTATUS={}", status)); }
void Supervisor::stopping() const { send("STOPPING=1"); }

void Supervisor::beat_if(const std::function<bool()>& is_alive) const {
  if (!beat_) return;
  if (is_alive())
    send("WATCHDOG=1");
  else
    log::error("app", "the API does not answer its own process; if that lasts, systemd restarts it");
}

}  // namespace spm::cli
