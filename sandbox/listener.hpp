#pragma once
// One listening stand-in whose sockets can be closed and opened again on the same port, so that a client sees a server that is really gone.
// Safe from any thread.

#include <memory>
#include <mutex>

#include "http/server.hpp"

namespace spm::sandbox {

class Listener {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(http::ServerOptions options, http::Handler handler);
  ~Listener();

  [[nodiscard]] std::uint16_t port() const { return options_.listen.front().port; }
  // An address that was taken meanwhile is the error.
  [[nodiscard]] Result<bool> set_up(bool up);
  void stop();

 private:
  Listener(http::ServerOptions options, http::Handler handler) : options_(std::move(options)), handler_(std::move(handler)) {}
  [[nodiscard]] Result<bool> start();

  http::ServerOptions options_;
  http::Handler handler_;
  std::mutex mutex_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace spm::sandbox
