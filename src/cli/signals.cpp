#include "cli/signals.hpp"

#include <csignal>
#include <ctime>

namespace spm::cli {
namespace {

sigset_t handled() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  const auto set = handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<Signal> wait_for_signal(std::chrono::milliseconds wait) {
  const auto set = handled();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
  const timespec limit{seconds.count(), std::chrono::nanoseconds(wait - seconds).count()};
  const int caught = sigtimedwait(&set, nullptr, &limit);
  if (caught == SIGTERM || caught == SIGINT) return Signal::Stop;
  if (caught == SIGHUP) return Signal::Reopen;
  return std::nullopt;
}

}  // namespace spm::cli
