#pragma once
// What the connections of one server share, and the way to serve one. Private to server.cpp and this directory, which are the only
// places that know Asio and Beast.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "http/edge/channel.hpp"
#include "http/server.hpp"
#include "http/worker_pool.hpp"

namespace spm::http {

class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  virtual void close() = 0;
  virtual void close_if_idle() = 0;
};

// Its members but `pool`, `stopping` and the count belong to the I/O thread once that runs.
struct Edge {
  Edge(ServerOptions given, Handler on_request, EdgeError on_error)
      : options(std::move(given)),
        handler(std::move(on_request)),
        edge_error(std::move(on_error)),
        pool(options.workers, options.max_queue) {}

  void joined(AnyConnection* connection) {
    connections.insert(connection);
    const std::lock_guard lock(mutex);
    ++open;
  }
  void left(AnyConnection* connection) {
    connections.erase(connection);
    const std::lock_guard lock(mutex);
    --open;
    emptied.notify_all();
  }

  const ServerOptions options;
  const Handler handler;
  const EdgeError edge_error;
  std::optional<asio::ssl::context> tls;
  std::atomic<bool> stopping = false;
  std::set<AnyConnection*> connections;
  std::size_t live = 0;  // answers that go on
  std::mutex mutex;
  std::condition_variable emptied;
  std::size_t open = 0;
  asio::io_context io{1};
  WorkerPool pool;
};

// Speaks HTTP over this channel until either side has enough. On the I/O thread.
void serve(Edge& edge, std::unique_ptr<Channel> channel);

}  // namespace spm::http
