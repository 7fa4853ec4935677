#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/edge/edge.hpp"
#include "http/request_id.hpp"
#include "http/response_head.hpp"

namespace spm::http {
namespace {

namespace beast = boost::beast;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kFarewell = 2s;                           // for the peer to read the last answer and close
constexpr auto kLook = 500ms;                            // between two pieces of a live answer
constexpr auto kSign = 15s;                              // of life, when a live answer has nothing to say
constexpr auto kTrickle = 50ms;                          // between two bytes of an answer that never ends
constexpr std::size_t kMaxDiscarded = 16 * 1024 * 1024;  // of a refused body, before the connection is cut
constexpr std::size_t kReadSize = 16 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string address_text(asio::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

// "GET http://host/path?x HTTP/1.1" is legal too; only path and query matter here.
std::string_view without_authority(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const auto path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

// Bytes beyond ASCII must be escaped in a target; raw ones need not even be UTF-8, and would end up in answers and logs.
bool is_ascii(std::string_view target) {
  return std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_malformed(const ErrorText& error) {
  static const auto& kCategory = ErrorText(beast::http::error::bad_method).category();
  return error.category() == kCategory;
}

// Reads a request, has it handled, writes the answer, reads the next. All members run on the I/O thread; only the handler itself runs
// on a worker (see ServerOptions::is_instant).
class Connection final : public AnyConnection, public std::enable_shared_from_this<Connection> {
  using Parser = beast::http::request_parser<beast::http::string_body>;

 public:
  Connection(Edge& edge, std::unique_ptr<Channel> channel)
      : edge_(edge),
        channel_(std::move(channel)),
        deadline_(edge.io),
        pause_(edge.io),
        remote_address_(remote_address_of(channel_->socket())) {
    edge_.joined(this, remote_address_);
  }
  ~Connection() override {
    if (next_piece_) --edge_.live;
    edge_.left(this, remote_address_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run();
  void close() override;
  void close_if_idle() override {
    if (idle_) close();
  }

 private:
  void expires_after(steady_clock::duration patience);
  void expires_never() { deadline_.expires_at(steady_clock::time_point::max()); }

  void await_request(std::chrono::seconds patience);
  void begin_request();
  void parse();
  void read_more();
  void on_header();
  void refuse_unreadable(ErrorText error);
  void refuse(ErrorCode code, int status, std::string message);

  void dispatch();
  void hand_over(Request request);
  [[nodiscard]] Reply handle(Request& request) const;
  [[nodiscard]] Response busy(std::string message) const;

  void deliver(Reply reply);
  void deliver_now(Reply reply);
  void write(Response response);
  void write_live(Response response);
  void ask_for_piece();
  void write_piece(Piece piece);
  void look_again();
  void write_half(Response response);
  void write_endlessly(Response response);
  void trickle();
  void send(Response response, std::optional<std::size_t> announced_length, Channel::Done done);
  void say_goodbye();
  void discard(std::size_t budget);

  Edge& edge_;
  std::unique_ptr<Channel> channel_;
  asio::steady_timer deadline_;
  asio::steady_timer pause_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  const std::string remote_address_;
  std::string local_address_;
  std::string request_id_;
  std::function<Piece()> next_piece_;  // of a live answer
  steady_clock::time_point last_sign_;
  std::string head_;
  std::string body_;
  unsigned version_ = 11;
  bool saw_header_ = false;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool is_doubled_ = false;  // the answer goes out a second time, unasked
  bool idle_ = false;        // between requests or saying goodbye: may be closed without loss
};

void Connection::run() {
  ErrorText ignored;
  auto& socket = channel_->socket();
  socket.set_option(Tcp::no_delay(true), ignored);
  local_address_ = address_text(socket.local_endpoint(ignored).address());
  expires_after(edge_.options.header_timeout);
  channel_->handshake([self = shared_from_this()](ErrorText error, std::size_t) {
    if (error) return self->close();
    self->await_request(self->edge_.options.header_timeout);
  });
}

void Connection::close() {
  deadline_.cancel();
  pause_.cancel();
  channel_->close();
}

// Whatever is going on then ends with an error. The wait does not keep the connection alive.
void Connection::expires_after(steady_clock::duration patience) {
  deadline_.expires_after(patience);
  deadline_.async_wait([connection = weak_from_this()](ErrorText cancelled) {
    const auto self = connection.lock();
    if (!cancelled && self && self->deadline_.expiry() <= steady_clock::now()) self->close();
  });
}

// The first byte may take as long as a connection may be idle; from then on the whole request has `header_timeout`.
void Connection::await_request(std::chrono::seconds patience) {
  if (edge_.stopping) return say_goodbye();
  if (buffer_.size() > 0) return begin_request();
  idle_ = true;
  expires_after(patience);
  channel_->read_some(buffer_.prepare(kReadSize), [self = shared_from_this()](ErrorText error, std::size_t size) {
    self->idle_ = false;
    if (error) return self->close();
    self->buffer_.commit(size);
    self->begin_request();
  });
}

void Connection::begin_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(edge_.options.max_header_bytes));
  parser_->body_limit(edge_.options.max_body_bytes);
  saw_header_ = false;
  expires_after(edge_.options.header_timeout);
  parse();
}

// The parser stops behind the header once (that is the moment to answer "Expect"), then takes as much of the body as there is.
void Connection::parse() {
  while (buffer_.size() > 0) {
    ErrorText error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error == beast::http::error::need_more) return read_more();
    if (error) return refuse_unreadable(error);
    if (parser_->is_done()) return dispatch();
    if (parser_->is_header_done() && !saw_header_) return on_header();
  }
  read_more();
}

void Connection::read_more() {
  channel_->read_some(buffer_.prepare(kReadSize), [self = shared_from_this()](ErrorText error, std::size_t size) {
    if (error) return self->close();  // gone, or too slow: nobody waits for an answer
    self->buffer_.commit(size);
    self->parse();
  });
}

void Connection::on_header() {
  saw_header_ = true;
  parser_->eager(true);
  if (!beast::iequals(parser_->get()[beast::http::field::expect], "100-continue")) return parse();
  channel_->write({asio::buffer(kContinue), asio::const_buffer()}, [self = shared_from_this()](ErrorText error, std::size_t) {
    if (error) return self->close();
    self->parse();
  });
}

// The rest of such a request is never understood, so the connection ends with the answer.
void Connection::refuse_unreadable(ErrorText error) {
  using Http = beast::http::error;
  if (error == Http::body_limit) {
    return refuse(ErrorCode::PayloadTooLarge, 413, fmt::format("the request body is larger than {} bytes", edge_.options.max_body_bytes));
  }
  if (error == Http::header_limit) {
    return refuse(ErrorCode::ValidationError, 431,
                  fmt::format("the request header is larger than {} bytes", edge_.options.max_header_bytes));
  }
  if (!is_malformed(error)) return close();
  refuse(ErrorCode::ValidationError, 400, fmt::format("the request is not HTTP/1.1: {}", error.message()));
}

void Connection::refuse(ErrorCode code, int status, std::string message) {
  keep_alive_ = false;
  is_head_ = false;
  version_ = 11;
  request_id_ = choose_request_id(std::nullopt);
  write(edge_.edge_error(code, status, std::move(message), request_id_));
}

void Connection::dispatch() {
  expires_never();
  auto message = parser_->release();
  version_ = message.version();
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
  if (!is_ascii(target)) {
    return write(edge_.edge_error(ErrorCode::ValidationError, 400, "the address holds characters that must be %-escaped", request_id_));
  }
  const auto question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  auto query = parse_query(target.substr(std::min(question + 1, target.size())));
  if (!query) {
    return write(edge_.edge_error(ErrorCode::ValidationError, 400, "the query holds a broken %-escape, a NUL character, or is not UTF-8",
                                  request_id_));
  }
  request.query = std::move(*query);
  hand_over(std::move(request));
}

void Connection::hand_over(Request request) {
  if (edge_.options.is_instant && edge_.options.is_instant(request)) return deliver(handle(request));
  auto job = [self = shared_from_this(), request = std::move(request)]() mutable {
    Reply reply = self->handle(request);
    auto& io = self->edge_.io;
    asio::post(io, [self = std::move(self), reply = std::move(reply)]() mutable { self->deliver(std::move(reply)); });
  };
  if (edge_.pool.try_submit(std::move(job))) return;
  write(busy("the server is busy; try again in a moment"));
}

Response Connection::busy(std::string message) const {
  Response answer = edge_.edge_error(ErrorCode::ServiceUnavailable, 503, std::move(message), request_id_);
  answer.headers.erase("Retry-After");
  answer.headers.emplace("Retry-After", "1");
  return answer;
}

// On a worker thread, but for instant requests. The message of an exception can hold anything, so it does not leave the program.
Reply Connection::handle(Request& request) const {
  try {
    return edge_.handler(request);
  } catch (...) {
    return {edge_.edge_error(ErrorCode::InternalError, 500, "an internal error occurred", request.request_id), 0ms, Delivery::Whole};
  }
}

void Connection::deliver(Reply reply) {
  if (reply.delay <= 0ms) return deliver_now(std::move(reply));
  pause_.expires_after(reply.delay);
  pause_.async_wait([self = shared_from_this(), reply = std::move(reply)](ErrorText cancelled) mutable {
    if (!cancelled) self->deliver_now(std::move(reply));
  });
}

void Connection::deliver_now(Reply reply) {
  switch (reply.delivery) {
    case Delivery::Whole: return reply.response.next_piece ? write_live(std::move(reply.response)) : write(std::move(reply.response));
    case Delivery::TruncateBody: return write_half(std::move(reply.response));
    case Delivery::Twice: is_doubled_ = true; return write(std::move(reply.response));
    case Delivery::NeverEnd: return write_endlessly(std::move(reply.response));
    case Delivery::DropConnection: return close();
  }
}

void Connection::write(Response response) {
  keep_alive_ = keep_alive_ && !edge_.stopping;
  const auto length = response.body.size();
  send(std::move(response), length, [self = shared_from_this()](ErrorText error, std::size_t) {
    if (error) return self->close();
    if (!self->keep_alive_) return self->say_goodbye();
    self->await_request(self->edge_.options.idle_timeout);
  });
}

// Ends with the connection: how long it will be is not known.
void Connection::write_live(Response response) {
  if (edge_.live >= edge_.options.max_live) return write(busy("too many live answers are open; close one or try again later"));
  ++edge_.live;
  next_piece_ = std::move(response.next_piece);
  keep_alive_ = false;
  last_sign_ = steady_clock::now();
  send(std::move(response), std::nullopt, [self = shared_from_this()](ErrorText error, std::size_t) {
    if (error || self->is_head_) return self->close();
    self->ask_for_piece();
  });
}

void Connection::ask_for_piece() {
  if (edge_.stopping) return close();
  expires_never();
  auto job = [self = shared_from_this()]() mutable {
    Piece piece{"", true};
    try {
      piece = self->next_piece_();
    } catch (const std::exception&) {
      // The database is away, most likely: the peer comes back with the last id that it got.
    }
    auto& io = self->edge_.io;
    asio::post(io, [self = std::move(self), piece = std::move(piece)]() mutable { self->write_piece(std::move(piece)); });
  };
  if (!edge_.pool.try_submit(std::move(job))) look_again();
}

void Connection::write_piece(Piece piece) {
  const bool shows_life = !piece.is_last && steady_clock::now() - last_sign_ >= kSign;
  if (piece.text.empty() && shows_life) piece.text = ": still here\n\n";
  if (piece.text.empty()) return piece.is_last ? say_goodbye() : look_again();
  last_sign_ = steady_clock::now();
  body_ = std::move(piece.text);
  expires_after(edge_.options.idle_timeout);
  channel_->write({asio::buffer(body_), asio::const_buffer()},
                  [self = shared_from_this(), is_last = piece.is_last](ErrorText error, std::size_t) {
                    if (error) return self->close();
                    if (is_last) return self->say_goodbye();
                    self->look_again();
                  });
}

void Connection::look_again() {
  pause_.expires_after(kLook);
  pause_.async_wait([self = shared_from_this()](ErrorText cancelled) {
    if (!cancelled) self->ask_for_piece();
  });
}

void Connection::write_half(Response response) {
  const auto length = response.body.size();
  response.body.resize(length / 2);
  keep_alive_ = false;
  send(std::move(response), length, [self = shared_from_this()](ErrorText, std::size_t) { self->close(); });
}

void Connection::write_endlessly(Response response) {
  keep_alive_ = false;
  send(std::move(response), std::nullopt, [self = shared_from_this()](ErrorText error, std::size_t) {
    if (error) return self->close();
    self->trickle();
  });
}

void Connection::trickle() {
  pause_.expires_after(kTrickle);
  pause_.async_wait([self = shared_from_this()](ErrorText cancelled) {
    if (cancelled) return;
    self->expires_after(self->edge_.options.idle_timeout);
    self->channel_->write({asio::buffer(" ", 1), asio::const_buffer()}, [self](ErrorText error, std::size_t) {
      if (error) return self->close();
      self->trickle();
    });
  });
}

void Connection::send(Response response, std::optional<std::size_t> announced_length, Channel::Done done) {
  response.headers.erase("X-Request-Id");
  response.headers.emplace("X-Request-Id", request_id_);
  if (edge_.tls) response.headers.emplace("Strict-Transport-Security", "max-age=31536000");
  head_ = serialise_head(response, {version_, keep_alive_, announced_length});
  body_ = is_head_ || !has_body(response.status) ? std::string() : std::move(response.body);
  if (std::exchange(is_doubled_, false)) body_ += head_ + body_;
  expires_after(edge_.options.idle_timeout);
  channel_->write({asio::buffer(head_), asio::buffer(body_)}, std::move(done));
}

// Announces the end and reads on for a moment: closing with unread bytes would reset the connection and could lose the answer.
void Connection::say_goodbye() {
  expires_after(kFarewell);
  idle_ = true;
  channel_->announce_end([self = shared_from_this()](ErrorText error, std::size_t) {
    if (error) return self->close();
    self->discard(kMaxDiscarded);
  });
}

// From the socket itself: what a refused peer still sends need not be understood, not even as TLS.
void Connection::discard(std::size_t budget) {
  if (edge_.stopping) return close();
  buffer_.clear();
  channel_->socket().async_read_some(buffer_.prepare(kReadSize), [self = shared_from_this(), budget](ErrorText error, std::size_t size) {
    if (error || size >= budget) return self->close();
    self->discard(budget - size);
  });
}

}  // namespace

std::string remote_address_of(const Tcp::socket& socket) {
  ErrorText error;
  const auto peer = socket.remote_endpoint(error);
  return error ? std::string() : address_text(peer.address());
}

void serve(Edge& edge, std::unique_ptr<Channel> channel) { std::make_shared<Connection>(edge, std::move(channel))->run(); }

}  // namespace spm::http
