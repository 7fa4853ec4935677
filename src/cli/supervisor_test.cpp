#include "cli/supervisor.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace spm::cli {
namespace {

// The other end, as systemd has it.
class Listening {
 public:
  Listening() : path_("/tmp/spm-supervisor-test-" + std::to_string(getpid())), fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    const void* generic = &address;
    EXPECT_EQ(bind(fd_, static_cast<const sockaddr*>(generic), sizeof address), 0) << std::strerror(errno);
    setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  ~Listening() {
    close(fd_);
    unlink(path_.c_str());
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  std::string next() {
    char text[256];
    const auto size = recv(fd_, text, sizeof text, 0);
    return size < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(size));
  }

 private:
  std::string path_;
  int fd_;
};

TEST(Supervisor, TellsSystemdThatItIsReadyAndThatItStops) {
  Listening systemd;
  const Supervisor supervisor;
  supervisor.ready("port 5001");
  EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=port 5001");
  supervisor.stopping();
  EXPECT_EQ(systemd.next(), "STOPPING=1");
  EXPECT_FALSE(supervisor.beat());
}

TEST(Supervisor, BeatsOnlyWhileTheServiceAnswers) {
  Listening systemd;
  setenv("WATCHDOG_USEC", "60000000", 1);
  const Supervisor supervisor;
  EXPECT_EQ(supervisor.beat(), std::chrono::seconds(20));
  supervisor.beat_if([] { return false; });
  EXPECT_EQ(systemd.next(), "nothing");
  supervisor.beat_if([] { return true; });
  EXPECT_EQ(systemd.next(), "WATCHDOG=1");
}

TEST(Supervisor, DoesNothingWithoutSystemd) {
  const Supervisor supervisor;
  EXPECT_FALSE(supervisor.beat());
  supervisor.ready("x");
  supervisor.beat_if([]() -> bool { throw std::logic_error("must not be asked"); });
}

}  // namespace
}  // namespace spm::cli
