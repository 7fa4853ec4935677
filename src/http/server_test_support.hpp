#pragma once
// For the tests of the server: servers on loopback, and a client that sends and reads exactly what a test says.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "http/server.hpp"

namespace spm::http {

using namespace std::chrono_literals;

// A raw client: what it sends and reads is exactly what the test says. A read gives up after ten seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const char* from = "127.0.0.1") : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &own.sin_addr);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view text) const { EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text)); }

  // One answer with Content-Length (or without a body when it answers HEAD), from the stream.
  std::string read_answer(bool is_head = false) {
    while (received_.find("\r\n\r\n") == std::string::npos && read_some()) {
    }
    const auto head_end = received_.find("\r\n\r\n") + 4;
    const auto length_at = received_.find("Content-Length: ");
    const std::size_t length =
        is_head || length_at == std::string::npos ? 0 : std::strtoul(received_.c_str() + length_at + 16, nullptr, 10);
    while (received_.size() < head_end + length && read_some()) {
    }
    auto answer = received_.substr(0, head_end + length);
    received_.erase(0, head_end + length);
    return answer;
  }

  std::string read_to_end() {
    while (read_some()) {
    }
    return std::exchange(received_, {});
  }

  // True when at least `size` bytes came.
  bool read_at_least(std::size_t size) {
    while (received_.size() < size && read_some()) {
    }
    return received_.size() >= size;
  }

  [[nodiscard]] int socket() const { return socket_; }

 private:
  bool read_some() {
    std::array<char, 4096> chunk{};
    const auto size = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (size <= 0) return false;
    received_.append(chunk.data(), static_cast<std::size_t>(size));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string received_;
};

inline Response plain_error(ErrorCode code, int status, std::string message, const std::string&) {
  return text_response(status, std::string(to_string(code)) + ": " + message);
}

inline ServerOptions options_on_loopback() {
  ServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.workers = 2;
  return options;
}

inline std::unique_ptr<Server> started(ServerOptions options, Handler handler) {
  auto server = Server::create(std::move(options), std::move(handler), plain_error);
  EXPECT_TRUE(server) << (server ? "" : server.error().message);
  (*server)->start();
  return std::move(*server);
}

inline Reply echo(Request& request) {
  return {text_response(200, std::string(to_string(request.method)) + " " + request.path + " [" + request.body + "]"), 0ms,
          Delivery::Whole};
}

inline Handler answering(std::string body, Delivery delivery, std::chrono::milliseconds delay = 0ms) {
  return [=](Request&) { return Reply{text_response(200, body), delay, delivery}; };
}

inline constexpr std::string_view kGet = "GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace spm::http
