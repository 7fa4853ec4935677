#pragma once
// Outgoing HTTP: the only place that knows libcurl. Blocking, with a deadline on the whole exchange and a bound on the answer's size.
// Safe from any thread; every call has a connection of its own.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/address_policy.hpp"

namespace spm::net {

struct HttpClientOptions {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};
  std::size_t max_answer_bytes = 32 * 1024 * 1024;  // a longer answer is a BadAnswer, and is not read on
  bool verify_tls = true;
  std::string ca_file;  // empty: the system's
  // Asked for each connection, with the address that the name led to; must outlive the client. Null: everywhere.
  const AddressPolicy* address_policy = nullptr;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;                         // sent with Content-Length, never chunked
  std::optional<std::chrono::milliseconds> total_timeout;  // instead of the client's
  // For a live answer: gets the body of a 200 piece by piece, as it comes; false: enough, which is no error. A minute of silence ends it.
  std::function<bool(std::string_view)> on_piece = {};
  // Asked about once a second, also while nothing comes: a stop ends the exchange as an error.
  std::stop_token stop = {};
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
  std::chrono::microseconds duration{0};
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> headers;
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any HTTP status is an answer. Errors carry `code` and the failure: Unreachable (nothing was sent: refused, DNS, TLS),
  // OutcomeUnknown (timed out or dropped after sending), BadAnswer (too large). Messages name method and URL without credentials.
  [[nodiscard]] Result<HttpAnswer> send(const HttpRequest& request, ErrorCode code) const;
  // Makes one TCP connection and closes it; nothing is sent. The deadline holds for the name's lookup too.
  [[nodiscard]] Result<void> connect(const std::string& host, int port, std::chrono::milliseconds timeout, ErrorCode code) const;

 private:
  struct Handles;
  HttpClientOptions options_;
  std::unique_ptr<Handles> handles_;
};

}  // namespace spm::net
