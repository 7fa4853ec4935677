#include "sandbox/listener.hpp"

namespace spm::sandbox {
namespace {

constexpr std::chrono::milliseconds kGrace{50};

http::Response edge_error(ErrorCode, int status, std::string message, const std::string&) {
  return http::text_response(status, "<html><body><h1>" + message + "</h1></body></html>\n", "text/html; charset=utf-8");
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(http::ServerOptions options, http::Handler handler) {
  std::unique_ptr<Listener> listener(new Listener(std::move(options), std::move(handler)));
  if (auto started = listener->start(); !started) return tl::unexpected<Error>(started.error());
  return listener;
}

Listener::~Listener() { stop(); }

Result<bool> Listener::start() {
  auto server = http::Server::create(options_, handler_, edge_error);
  if (!server) return tl::unexpected<Error>(server.error());
  server_ = std::move(*server);
  for (std::size_t i = 0; i < options_.listen.size(); ++i) {
    auto& port = options_.listen[i].port;
    if (port == 0) port = server_->port(i);  // the next start takes the same; never written again, so port() needs no lock
  }
  server_->start();
  return true;
}

Result<bool> Listener::set_up(bool up) {
  const std::scoped_lock lock(mutex_);
  if (up == (server_ != nullptr)) return true;
  if (up) return start();
  server_->stop(kGrace);
  server_.reset();
  return true;
}

void Listener::stop() {
  const std::scoped_lock lock(mutex_);
  if (!server_) return;
  server_->stop(kGrace);
  server_.reset();
}

}  // namespace spm::sandbox
