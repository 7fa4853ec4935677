#include "http/server.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "http/edge/edge.hpp"

namespace spm::http {
namespace {

using namespace std::chrono_literals;

// One listening address.
class Listener {
 public:
  Listener(Edge& edge, Tcp::acceptor acceptor) : edge_(edge), acceptor_(std::move(acceptor)), pause_(edge.io) {}

  void accept() {
    acceptor_.async_accept([this](ErrorText error, Tcp::socket socket) {
      if (edge_.stopping || error == asio::error::operation_aborted) return;
      if (error) return wait_and_accept();
      if (edge_.may_join(remote_address_of(socket))) welcome(std::move(socket));
      accept();  // a socket beyond the limits is closed here
    });
  }
  void close() {
    ErrorText ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  // Out of file descriptors, most likely: accepting at once again would spin.
  void wait_and_accept() {
    pause_.expires_after(100ms);
    pause_.async_wait([this](ErrorText error) {
      if (!error) accept();
    });
  }

  void welcome(Tcp::socket socket) {
    serve(edge_, edge_.tls ? tls_channel(std::move(socket), edge_.tls->current()) : plain_channel(std::move(socket)));
  }

  Edge& edge_;
  Tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  const std::uint16_t port_ = acceptor_.local_endpoint().port();
};

class EdgeServer final : public Server {
 public:
  EdgeServer(ServerOptions options, Handler handler, EdgeError edge_error)
      : edge_(std::move(options), std::move(handler), std::move(edge_error)) {}
  ~EdgeServer() override { stop_now(0ms); }
  EdgeServer(const EdgeServer&) = delete;
  EdgeServer& operator=(const EdgeServer&) = delete;

  Result<bool> load_tls(const TlsFiles& files);
  Result<bool> listen(const ServerOptions::Listen& where);

  void start() override {
    for (auto& listener : listeners_) listener->accept();
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "http-edge");
  }
  void stop(std::chrono::milliseconds grace) override { stop_now(grace); }
  [[nodiscard]] std::uint16_t port(std::size_t index) const override { return listeners_.at(index)->port(); }

 private:
  void run() {
    const auto work = asio::make_work_guard(edge_.io);
    edge_.io.run();
  }
  void stop_now(std::chrono::milliseconds grace);

  Edge edge_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::thread thread_;
};

Result<bool> EdgeServer::load_tls(const TlsFiles& files) {
  auto certificate = Certificate::load(files);
  if (!certificate) return tl::unexpected<Error>(certificate.error());
  edge_.tls = std::move(*certificate);
  return true;
}

Result<bool> EdgeServer::listen(const ServerOptions::Listen& where) {
  ErrorText error;
  const auto address = asio::ip::make_address(where.address, error);
  if (error) return fail(ErrorCode::ValidationError, fmt::format("{} is not an IP address to listen on", where.address));
  const Tcp::endpoint endpoint(address, where.port);
  Tcp::acceptor acceptor(edge_.io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(Tcp::acceptor::max_listen_connections, error);
  if (error) {
    return fail(ErrorCode::ServiceUnavailable, fmt::format("cannot listen on {} port {}: {}", where.address, where.port, error.message()));
  }
  listeners_.push_back(std::make_unique<Listener>(edge_, std::move(acceptor)));
  return true;
}

void EdgeServer::stop_now(std::chrono::milliseconds grace) {
  if (edge_.stopping.exchange(true)) return;
  if (thread_.joinable()) {
    asio::post(edge_.io, [this] {
      for (auto& listener : listeners_) listener->close();
      for (auto* connection : std::set(edge_.connections)) connection->close_if_idle();
    });
    {
      std::unique_lock lock(edge_.mutex);
      edge_.emptied.wait_for(lock, grace, [this] { return edge_.open == 0; });
    }
    asio::post(edge_.io, [this] {
      for (auto* connection : std::set(edge_.connections)) connection->close();
      edge_.io.stop();
    });
    thread_.join();
  }
  // A handler that still runs hands its reply to an I/O context that no longer runs; it is dropped with the context.
  edge_.pool.stop();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Handler handler, EdgeError edge_error) {
  const auto tls = options.tls;
  const auto addresses = options.listen;
  auto server = std::make_unique<EdgeServer>(std::move(options), std::move(handler), std::move(edge_error));
  if (tls) {
    if (auto loaded = server->load_tls(*tls); !loaded) return tl::unexpected<Error>(loaded.error());
  }
  for (const auto& where : addresses) {
    if (auto bound = server->listen(where); !bound) return tl::unexpected<Error>(bound.error());
  }
  return server;
}

}  // namespace spm::http
