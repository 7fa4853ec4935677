#pragma once
// What the connections of one server share, and the way to serve one. Private to server.cpp and this directory, which are the only
// places that know Asio and Beast.

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/networks.hpp"
#include "http/edge/certificate.hpp"
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

  // Nobody takes all connections: one address, or one network of IPv6, has an eighth of them at most. It gets no more then, and nobody else
  // is cut off.
  [[nodiscard]] bool may_join(const std::string& address) const {
    const auto known = addresses.find(household_of(address));
    const auto share = std::max<std::size_t>(1, options.max_connections / 8);
    return connections.size() < options.max_connections && (known == addresses.end() || known->second < share);
  }
  void joined(AnyConnection* connection, const std::string& address) {
    connections.insert(connection);
    ++addresses[household_of(address)];
    const std::lock_guard lock(mutex);
    ++open;
  }
  void left(AnyConnection* connection, const std::string& address) {
    connections.erase(connection);
    if (const auto known = addresses.find(household_of(address)); --known->second == 0) addresses.erase(known);
    const std::lock_guard lock(mutex);
    --open;
    emptied.notify_all();
  }

  const ServerOptions options;
  const Handler handler;
  const EdgeError edge_error;
  std::optional<Certificate> tls;
  std::atomic<bool> stopping = false;
  std::set<AnyConnection*> connections;
  std::map<std::string, std::size_t> addresses;  // how many of them each has
  std::size_t live = 0;                          // answers that go on
  std::mutex mutex;
  std::condition_variable emptied;
  std::size_t open = 0;
  asio::io_context io{1};
  WorkerPool pool;
};

// The peer's address as text; IPv4 in its own form although it came to an IPv6 socket. Empty when it is gone already.
[[nodiscard]] std::string remote_address_of(const Tcp::socket& socket);

// Speaks HTTP over this channel until either side has enough. On the I/O thread.
void serve(Edge& edge, std::unique_ptr<Channel> channel);

}  // namespace spm::http
