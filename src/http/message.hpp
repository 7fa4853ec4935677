#pragma once
// A request and a response as plain values: all that handlers know of HTTP. Only http/server.cpp knows Beast.

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "access/permission.hpp"
#include "base/error.hpp"

namespace spm::http {

enum class Method { Get, Post, Put, Patch, Delete, Head, Options, Other };

[[nodiscard]] std::string_view to_string(Method method);
[[nodiscard]] Method parse_method(std::string_view text);

// Header names are compared without regard to case.
struct HeaderLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};
using Headers = std::multimap<std::string, std::string, HeaderLess>;

struct Request {
  Method method = Method::Get;
  std::string path;                                // as sent, percent-encoded, without the query
  std::multimap<std::string, std::string> query;   // decoded
  std::map<std::string, std::string> path_params;  // decoded; filled by the router
  Headers headers;
  std::string body;
  std::string remote_address;   // the peer's IP
  std::string local_address;    // the IP it connected to
  std::string request_id;       // also in X-Request-Id of the answer and in every log line
  access::Principal principal;  // who acts, once authenticated
  json::value json_body;        // the parsed body, when the contract describes a JSON body; null otherwise

  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> query_param(std::string_view name) const;  // the first of that name
  // A path parameter that the contract describes as an id: always a number then; 0, which is no id, when it has too many digits.
  [[nodiscard]] std::int64_t path_id(const std::string& name = "id") const;
};

// What a live answer (server-sent events) has to add now; nothing is fine.
struct Piece {
  std::string text;
  bool is_last = false;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // A live answer: after `body` the server asks for the next piece about twice a second, on a worker thread, until it is the last or the
  // peer is gone. What it throws ends the answer; the peer comes back and goes on from the last id it got.
  std::function<Piece()> next_piece = {};
};

[[nodiscard]] Response json_response(int status, const json::value& body);
[[nodiscard]] Response text_response(int status, std::string body, std::string_view content_type = "text/plain; charset=utf-8");

// "a%20b" → "a b"; nullopt for a broken escape or an escaped NUL. '+' stays a plus (it is a path); see parse_query for queries.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
[[nodiscard]] std::optional<std::multimap<std::string, std::string>> parse_query(std::string_view text);

}  // namespace spm::http
