#pragma once
// The status line and header fields of an answer as they go over the wire. Pure; used by the server alone.

#include <optional>
#include <string>

#include "http/message.hpp"

namespace spm::http {

struct Framing {
  unsigned http_version = 11;                 // 10 or 11, as the request
  bool keep_alive = true;                     // says "Connection: close" when false
  std::optional<std::size_t> content_length;  // absent: the body ends with the connection, or there is none (204, 304)
};

[[nodiscard]] bool has_body(int status);
// Control characters in header values become spaces: no value can start a header of its own. Content-Length, Connection and
// Transfer-Encoding of the response are ignored: framing is the server's.
[[nodiscard]] std::string serialise_head(const Response& response, const Framing& framing);

}  // namespace spm::http
