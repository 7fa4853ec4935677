#include "http/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace spm::http {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 207: return "Multi-Status";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

bool is_framing(std::string_view name) {
  static const Headers kFraming{{"Content-Length", ""}, {"Connection", ""}, {"Transfer-Encoding", ""}, {"Keep-Alive", ""}};
  return kFraming.contains(name);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

void append_field(std::string& head, std::string_view name, std::string_view value) {
  const auto start = head.size();
  fmt::format_to(std::back_inserter(head), "{}: {}", name, value);
  std::replace_if(head.begin() + static_cast<std::ptrdiff_t>(start), head.end(), is_control, ' ');
  head += "\r\n";
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string serialise_head(const Response& response, const Framing& framing) {
  std::string head =
      fmt::format("HTTP/1.{} {} {}\r\n", framing.http_version == 10 ? 0 : 1, response.status, reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) {
    if (!is_framing(name)) append_field(head, name, value);
  }
  if (framing.content_length && has_body(response.status)) append_field(head, "Content-Length", std::to_string(*framing.content_length));
  if (!framing.keep_alive) {
    append_field(head, "Connection", "close");
  } else if (framing.http_version == 10) {
    append_field(head, "Connection", "keep-alive");
  }
  head += "\r\n";
  return head;
}

}  // namespace spm::http
