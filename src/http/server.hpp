#pragma once
// The async edge: accepts connections, speaks HTTP/1.1 (and TLS), enforces limits and deadlines, and hands each complete request to
// a bounded pool of worker threads that run plain blocking handlers. Only server.cpp and edge/ know Asio and Beast.
//
// A full queue answers 503 at once: a slow handler can never make the edge wait. Handlers run on worker threads, several at a time; only
// those of instant requests run on the I/O thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace spm::http {

struct TlsFiles {
  std::string certificate_file;  // PEM chain
  std::string key_file;          // PEM
};

struct ServerOptions {
  struct Listen {
    std::string address;     // "127.0.0.1"
    std::uint16_t port = 0;  // 0: any free port; see Server::port()
  };
  std::vector<Listen> listen;
  std::optional<TlsFiles> tls;
  std::size_t workers = 8;
  std::size_t max_queue = 1024;  // requests waiting for a worker
  std::size_t max_connections = 1024;
  std::size_t max_live = 128;                // live answers at a time; more are refused with 503
  std::size_t max_body_bytes = 1024 * 1024;  // larger: 413
  std::size_t max_header_bytes = 16 * 1024;  // larger: 431
  std::chrono::seconds header_timeout{10};   // to receive a whole request
  std::chrono::seconds idle_timeout{60};     // between two requests of a connection
  // Requests whose answer needs no I/O: the I/O thread makes it itself, so it comes also while every worker is busy. Empty: none.
  std::function<bool(const Request&)> is_instant = {};
};

// What a handler may ask for beyond an ordinary answer; used by the sandbox to misbehave on purpose.
enum class Delivery { Whole, TruncateBody, DropConnection, NeverEnd, Twice };

struct Reply {
  Response response;
  std::chrono::milliseconds delay{0};  // before the answer is written; costs no worker thread
  Delivery delivery = Delivery::Whole;
};

using Handler = std::function<Reply(Request&)>;

// Errors of the edge itself (413, 431, 400 for a broken request line, 503) are shaped by this, so that they look like all others.
using EdgeError = std::function<Response(ErrorCode code, int status, std::string message, const std::string& request_id)>;

class Server {
 public:
  // Binds every address; an address in use is an Error naming it. Serving begins with start().
  [[nodiscard]] static Result<std::unique_ptr<Server>> create(ServerOptions options, Handler handler, EdgeError edge_error);
  virtual ~Server() = default;  // stops

  virtual void start() = 0;
  // Stops accepting, lets running requests finish until the deadline, then closes everything. Safe to call twice.
  virtual void stop(std::chrono::milliseconds grace) = 0;
  // The port of the n-th listen address.
  [[nodiscard]] virtual std::uint16_t port(std::size_t index = 0) const = 0;
};

}  // namespace spm::http
