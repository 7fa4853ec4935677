#pragma once
// One connection of the server, over a plain or a TLS stream. Private to this directory.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "http/edge/edge.hpp"
#include "http/request_id.hpp"
#include "http/response_head.hpp"

namespace spm::http {

namespace beast = boost::beast;
using namespace std::chrono_literals;

inline constexpr auto kFarewell = 2s;                           // for the peer to read the last answer and close
inline constexpr auto kTrickle = 50ms;                          // between two bytes of an answer that never ends
inline constexpr std::size_t kMaxDiscarded = 16 * 1024 * 1024;  // of a refused body, before the connection is cut
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

inline std::string address_text(asio::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

// "GET http://host/path?x HTTP/1.1" is legal too; only path and query matter here.
inline std::string_view without_authority(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const auto path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

// Bytes beyond ASCII must be escaped in a target; raw ones need not even be UTF-8, and would end up in answers and logs.
inline bool is_ascii(std::string_view target) {
  return std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// One connection: reads a request, has it handled, writes the answer, reads the next. All members run on the I/O thread; only the
// handler itself runs on a worker. Stream is tcp_stream or ssl_stream<tcp_stream>, each compiled in a file of its own.
template <class Stream>
class Connection final : public AnyConnection, public std::enable_shared_from_this<Connection<Stream>> {
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;
  using Parser = beast::http::request_parser<beast::http::string_body>;

 public:
  template <class... Args>
  explicit Connection(Edge& edge, Args&&... args)
      : edge_(edge), stream_(std::forward<Args>(args)...), timer_(edge.io), buffer_(edge.options.max_header_bytes + 64 * 1024) {
    edge_.joined(this);
  }
  ~Connection() override { edge_.left(this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run() {
    ErrorText ignored;
    tcp().socket().set_option(Tcp::no_delay(true), ignored);
    remote_address_ = address_text(tcp().socket().remote_endpoint(ignored).address());
    local_address_ = address_text(tcp().socket().local_endpoint(ignored).address());
    tcp().expires_after(edge_.options.header_timeout);
    if constexpr (kTls) {
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](ErrorText error) {
        if (!error) self->await_request(self->edge_.options.header_timeout);
      });
    } else {
      await_request(edge_.options.header_timeout);
    }
  }

  void close() override {
    timer_.cancel();
    tcp().close();
  }
  void close_if_idle() override {
    if (idle_) close();
  }

 private:
  beast::tcp_stream& tcp() { return beast::get_lowest_layer(stream_); }

  // The first byte may take as long as a connection may be idle; from then on the whole request has `header_timeout`.
  void await_request(std::chrono::seconds patience) {
    if (edge_.stopping) return say_goodbye();
    if (buffer_.size() > 0) return read_header();
    idle_ = true;
    tcp().expires_after(patience);
    stream_.async_read_some(buffer_.prepare(4096), [self = this->shared_from_this()](ErrorText error, std::size_t size) {
      self->idle_ = false;
      if (error) return;
      self->buffer_.commit(size);
      self->read_header();
    });
  }

  void read_header() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(edge_.options.max_header_bytes));
    parser_->body_limit(edge_.options.max_body_bytes);
    tcp().expires_after(edge_.options.header_timeout);
    beast::http::async_read_header(stream_, buffer_, *parser_, [self = this->shared_from_this()](ErrorText error, std::size_t) {
      if (error) return self->refuse_unreadable(error);
      self->on_header();
    });
  }

  void on_header() {
    version_ = parser_->get().version();
    if (!beast::iequals(parser_->get()[beast::http::field::expect], "100-continue")) return read_body();
    asio::async_write(stream_, asio::buffer(kContinue), [self = this->shared_from_this()](ErrorText error, std::size_t) {
      if (!error) self->read_body();
    });
  }

  void read_body() {
    if (parser_->is_done()) return dispatch();
    beast::http::async_read(stream_, buffer_, *parser_, [self = this->shared_from_this()](ErrorText error, std::size_t) {
      if (error) return self->refuse_unreadable(error);
      self->dispatch();
    });
  }

  // The rest of such a request is never understood, so the connection ends with the answer.
  void refuse_unreadable(ErrorText error) {
    using Http = beast::http::error;
    if (error == Http::body_limit) {
      return refuse(ErrorCode::PayloadTooLarge, 413, fmt::format("the request body is larger than {} bytes", edge_.options.max_body_bytes));
    }
    if (error == Http::header_limit || error == Http::buffer_overflow) {
      return refuse(ErrorCode::ValidationError, 431, fmt::format("the request header is larger than {} bytes", edge_.options.max_header_bytes));
    }
    const bool is_malformed = error.category() == beast::http::make_error_code(Http::bad_method).category();
    if (is_malformed && error != Http::end_of_stream && error != Http::partial_message) {
      return refuse(ErrorCode::ValidationError, 400, fmt::format("the request is not HTTP/1.1: {}", error.message()));
    }
    close();  // gone, or too slow: nobody waits for an answer
  }

  void refuse(ErrorCode code, int status, std::string message) {
    keep_alive_ = false;
    is_head_ = false;
    request_id_ = choose_request_id(std::nullopt);
    write(edge_.edge_error(code, status, std::move(message), request_id_));
  }

  void dispatch() {
    tcp().expires_never();
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    is_head_ = message.method() == beast::http::verb::head;
    Request request;
    request.method = parse_method(std::string_view(message.method_string()));
    for (const auto& field : message) request.headers.emplace(field.name_string(), field.value());
    request.request_id = request_id_ = choose_request_id(request.header("X-Request-Id"));
    request.remote_address = remote_address_;
    request.local_address = local_address_;
    request.body = std::move(message.body());
    const auto target = without_authority(std::string_view(message.target()));
    const auto question = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question);
    auto query = parse_query(target.substr(std::min(question + 1, target.size())));
    if (!is_ascii(target)) return write(edge_.edge_error(ErrorCode::ValidationError, 400, "the address holds characters that must be %-escaped", request_id_));
    if (!query) return write(edge_.edge_error(ErrorCode::ValidationError, 400, "the query holds a broken %-escape or is not UTF-8", request_id_));
    request.query = std::move(*query);
    hand_over(std::move(request));
  }

  void hand_over(Request request) {
    auto job = [self = this->shared_from_this(), request = std::move(request)]() mutable {
      Reply reply = self->handle(request);
      auto& io = self->edge_.io;
      asio::post(io, [self = std::move(self), reply = std::move(reply)]() mutable { self->deliver(std::move(reply)); });
    };
    if (edge_.pool.try_submit(std::move(job))) return;
    Response busy = edge_.edge_error(ErrorCode::ServiceUnavailable, 503, "the server is busy; try again in a moment", request_id_);
    busy.headers.emplace("Retry-After", "1");
    write(std::move(busy));
  }

  // On a worker thread. The message of an exception can hold anything, so it does not leave the program.
  Reply handle(Request& request) const {
    try {
      return edge_.handler(request);
    } catch (...) {
      return {edge_.edge_error(ErrorCode::InternalError, 500, "an internal error occurred", request.request_id), 0ms, Delivery::Whole};
    }
  }

  void deliver(Reply reply) {
    if (reply.delay <= 0ms) return deliver_now(std::move(reply));
    timer_.expires_after(reply.delay);
    timer_.async_wait([self = this->shared_from_this(), reply = std::move(reply)](ErrorText error) mutable {
      if (!error) self->deliver_now(std::move(reply));
    });
  }

  void deliver_now(Reply reply) {
    switch (reply.delivery) {
      case Delivery::Whole: return write(std::move(reply.response));
      case Delivery::TruncateBody: return write_half(std::move(reply.response));
      case Delivery::NeverEnd: return write_endlessly(std::move(reply.response));
      case Delivery::DropConnection: return close();
    }
  }

  void write(Response response) {
    keep_alive_ = keep_alive_ && !edge_.stopping;
    const auto length = response.body.size();
    send(std::move(response), length, [self = this->shared_from_this()](ErrorText error, std::size_t) {
      if (error) return self->close();
      if (!self->keep_alive_) return self->say_goodbye();
      self->await_request(self->edge_.options.idle_timeout);
    });
  }

  void write_half(Response response) {
    const auto length = response.body.size();
    response.body.resize(length / 2);
    keep_alive_ = false;
    send(std::move(response), length, [self = this->shared_from_this()](ErrorText, std::size_t) { self->close(); });
  }

  void write_endlessly(Response response) {
    keep_alive_ = false;
    send(std::move(response), std::nullopt, [self = this->shared_from_this()](ErrorText error, std::size_t) {
      if (!error) self->trickle();
    });
  }

  void trickle() {
    timer_.expires_after(kTrickle);
    timer_.async_wait([self = this->shared_from_this()](ErrorText cancelled) {
      if (cancelled) return;
      self->tcp().expires_after(self->edge_.options.idle_timeout);
      asio::async_write(self->stream_, asio::buffer(" ", 1), [self](ErrorText error, std::size_t) {
        if (!error) self->trickle();
      });
    });
  }

  template <class Done>
  void send(Response response, std::optional<std::size_t> announced_length, Done done) {
    response.headers.erase("X-Request-Id");
    response.headers.emplace("X-Request-Id", request_id_);
    head_ = serialise_head(response, {version_, keep_alive_, announced_length});
    body_ = is_head_ || !has_body(response.status) ? std::string() : std::move(response.body);
    tcp().expires_after(edge_.options.idle_timeout);
    asio::async_write(stream_, std::array{asio::buffer(head_), asio::buffer(body_)}, std::move(done));
  }

  // Half-closes and reads on for a moment: closing with unread bytes would reset the connection and could lose the answer.
  void say_goodbye() {
    tcp().expires_after(kFarewell);
    if constexpr (kTls) {
      stream_.async_shutdown([self = this->shared_from_this()](ErrorText) { self->close(); });
    } else {
      ErrorText ignored;
      tcp().socket().shutdown(Tcp::socket::shutdown_send, ignored);
      discard(kMaxDiscarded);
    }
  }

  void discard(std::size_t budget) {
    if (edge_.stopping) return close();
    idle_ = true;
    buffer_.clear();
    tcp().async_read_some(buffer_.prepare(16 * 1024), [self = this->shared_from_this(), budget](ErrorText error, std::size_t size) {
      if (error || size >= budget) return self->close();
      self->discard(budget - size);
    });
  }

  Edge& edge_;
  Stream stream_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string remote_address_;
  std::string local_address_;
  std::string request_id_;
  std::string head_;
  std::string body_;
  unsigned version_ = 11;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool idle_ = false;  // between requests or saying goodbye: may be closed without loss
};

}  // namespace spm::http
