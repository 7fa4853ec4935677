#pragma once
// For tests alone: a loopback TCP server that hands each connection to a function, which may answer as badly as it likes.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace spm::net {

class ScriptedConnection {
 public:
  explicit ScriptedConnection(int socket) : socket_(socket) {}

  // One request with its body (by Content-Length); empty when the client is gone.
  std::string read_request() {
    std::string request;
    while (request.find("\r\n\r\n") == std::string::npos) {
      if (!read_some(request)) return {};
    }
    const auto head = request.find("\r\n\r\n") + 4;
    const auto length_at = request.find("Content-Length: ");
    const std::size_t length = length_at == std::string::npos ? 0 : std::stoul(request.substr(length_at + 16));
    while (request.size() < head + length) {
      if (!read_some(request)) return {};
    }
    return request;
  }
  bool write(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  void answer(int status, std::string_view content_type, std::string_view body, std::string_view more_headers = "") {
    write("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + std::string(content_type) +
          "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" + std::string(body));
  }

 private:
  bool read_some(std::string& into) {
    char buffer[4096];
    const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n > 0) into.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }
  int socket_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedConnection&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* raw = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(listener_, raw, length) != 0 || ::listen(listener_, 16) != 0 || ::getsockname(listener_, raw, &length) != 0) {
      throw std::runtime_error("no loopback socket");
    }
    port_ = ntohs(address.sin_port);
    accepter_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
  }
  ~ScriptedServer() {
    accepter_.request_stop();
    ::shutdown(listener_, SHUT_RDWR);
    accepter_.join();
    ::close(listener_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    serving_.clear();
    for (const int socket : sockets_) ::close(socket);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++connections_;
      sockets_.push_back(socket);
      serving_.emplace_back([this, socket] {
        ScriptedConnection connection(socket);
        script_(connection);
        ::shutdown(socket, SHUT_RDWR);
      });
    }
  }

  Script script_;
  int listener_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::vector<int> sockets_;
  std::vector<std::jthread> serving_;
  std::jthread accepter_;
};

}  // namespace spm::net
