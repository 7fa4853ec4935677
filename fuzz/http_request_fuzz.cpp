// Bytes on a connection, through the edge that the service uses: parser, limits, dispatcher, router, contract, and the answers back.
// Laws: every byte of every answer is well-formed HTTP, no input starts a header of its own, none makes a 500, and the connection ends.

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <charconv>
#include <chrono>
#include <set>
#include <string>

#include "fuzz/contract_paths.hpp"
#include "fuzz/law.hpp"
#include "http/dispatcher.hpp"
#include "http/edge/edge.hpp"
#include "http/problem.hpp"

namespace {

using namespace spm;
using fuzz::law;

// What a handler may do with a request's texts: put them into headers and body of its answer.
Result<http::Response> reflect(const http::Request& request) {
  auto response = http::text_response(200, request.body);
  response.headers.emplace("X-Reflected", request.header("X-Reflect").value_or(request.path));
  return response;
}

class Service {
 public:
  Service()
      : edge_(
            options(), [this](http::Request& request) { return dispatcher_.handle(request); }, http::edge_problem(clock_)) {}

  // Everything that comes back until the server closes the connection.
  std::string converse(std::string_view request) {
    std::array<int, 2> ends{};
    law(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "a pair of sockets can be had");
    law(::send(ends[0], request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()),
        "the request fits the socket");
    ::shutdown(ends[0], SHUT_WR);
    http::Tcp::socket socket(edge_.io);
    socket.assign(http::Tcp::v4(), ends[1]);
    http::serve(edge_, http::plain_channel(std::move(socket)));
    std::string received;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!edge_.connections.empty()) {
      edge_.io.run_one_for(std::chrono::seconds(1));
      drain(ends[0], received);
      law(std::chrono::steady_clock::now() < deadline, "the connection ends");
    }
    drain(ends[0], received);
    ::close(ends[0]);
    return received;
  }

 private:
  static http::ServerOptions options() {
    http::ServerOptions options;
    options.workers = 1;
    options.max_header_bytes = 4096;
    options.max_body_bytes = 4096;
    return options;
  }
  static void drain(int socket, std::string& received) {
    std::array<char, 16 * 1024> chunk{};
    for (ssize_t size = 0; (size = ::recv(socket, chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0;)
      received.append(chunk.data(), static_cast<std::size_t>(size));
  }

  SystemClock clock_;
  http::Contract contract_ = http::Contract::embedded();
  std::vector<std::string> paths_;
  http::Dispatcher dispatcher_{
      {.endpoints = fuzz::contract_endpoints(contract_, paths_, reflect), .authenticate = {}, .run_once = {}, .observer = {}},
      contract_,
      clock_};
  http::Edge edge_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = boost::asio::make_work_guard(edge_.io);
};

// Takes one answer away from the front. One without a body (to HEAD) announces a length all the same.
void check_answer(std::string_view& rest) {
  static const std::set<std::string_view> kNames{"Content-Type",
                                                 "Content-Length",
                                                 "Connection",
                                                 "X-Request-Id",
                                                 "X-Reflected",
                                                 "X-Content-Type-Options",
                                                 "Cache-Control",
                                                 "Referrer-Policy",
                                                 "X-Frame-Options",
                                                 "Content-Security-Policy",
                                                 "Allow",
                                                 "Retry-After",
                                                 "WWW-Authenticate",
                                                 "Date",
                                                 "Server"};
  if (rest.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) return rest.remove_prefix(25);
  const auto end = rest.find("\r\n\r\n");
  law(end != std::string_view::npos, "an answer has a whole head");
  auto head = rest.substr(0, end + 2);
  rest.remove_prefix(end + 4);
  law(head.starts_with("HTTP/1.1 ") || head.starts_with("HTTP/1.0 "), "an answer starts with a status line");
  law(head.substr(9, 3) != "500", "no request makes an internal error");
  head.remove_prefix(head.find("\r\n") + 2);
  std::size_t length = 0;
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const auto name = line.substr(0, line.find(": "));
    law(kNames.contains(name), "a request starts no header of its own");
    law(line.find_first_of("\r\n") == std::string_view::npos, "a header is one line");
    if (name == "Content-Length") {
      const auto digits = line.substr(16);
      law(std::from_chars(digits.data(), digits.data() + digits.size(), length).ec == std::errc(), "Content-Length is a number");
    }
  }
  const bool is_without_body = rest.empty() || rest.starts_with("HTTP/1.");  // HEAD
  if (rest.size() >= length) return rest.remove_prefix(is_without_body ? 0 : length);
  law(is_without_body, "a body is as long as announced");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Service service;
  const auto answers = service.converse(fuzz::text_of(data, size));
  for (std::string_view rest = answers; !rest.empty();) check_answer(rest);
  return 0;
}
