#include "spmctl/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace spm::spmctl {
namespace {

using namespace std::chrono_literals;

// A live answer is asked for again after it; the service says at least every 15 seconds that it is there.
constexpr auto kLongestStream = 1h;

net::HttpClientOptions options_for(const Profile& profile, std::chrono::milliseconds timeout) {
  return {.connect_timeout = std::min<std::chrono::milliseconds>(timeout, 10s),
          .total_timeout = timeout,
          .max_answer_bytes = 64 * 1024 * 1024,
          .verify_tls = profile.verify_tls,
          .ca_file = profile.ca_file};
}

}  // namespace

Client::Client(Profile profile, std::chrono::milliseconds timeout)
    : profile_(std::move(profile)), client_(options_for(profile_, timeout)) {}

net::HttpRequest Client::request_of(const ApiCall& call) const {
  net::HttpRequest request;
  request.method = call.method;
  request.url = profile_.url + call.path;
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    request.url += fmt::format("{}{}={}", separator, url_encode(name), url_encode(value));
    separator = '&';
  }
  request.headers = call.headers;
  if (!profile_.key.empty()) request.headers.emplace_back("X-API-Key", profile_.key);
  if (call.body) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::serialize(*call.body);
  }
  // Sent again on a connection that was dropped it could be done twice.
  return request;
}

Result<net::HttpAnswer> Client::send(const ApiCall& call) const { return client_.send(request_of(call), ErrorCode::ServiceUnavailable); }

Result<net::HttpAnswer> Client::follow(const ApiCall& call, std::function<bool(std::string_view)> on_piece) const {
  auto request = request_of(call);
  request.on_piece = std::move(on_piece);
  request.total_timeout = kLongestStream;
  return client_.send(request, ErrorCode::ServiceUnavailable);
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace spm::spmctl
