// Paths and queries: percent_decode, parse_query, the router over the contract's paths.
// Laws: what was decoded is encoded to something that decodes to the same; what the router takes from a path holds no NUL and is not empty.

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/contract_paths.hpp"
#include "fuzz/law.hpp"
#include "http/router.hpp"

namespace {

using namespace spm;
using fuzz::law;

std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) result += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  return result;
}

const http::Router& router() {
  static std::vector<std::string> paths;
  static const http::Router table(
      fuzz::contract_endpoints(http::Contract::embedded(), paths, [](const http::Request&) { return http::text_response(200, ""); }));
  return table;
}

void check_path(std::string_view path) {
  if (const auto decoded = http::percent_decode(path)) {
    law(http::percent_decode(encoded(*decoded)) == decoded, "a decoded text can be encoded again");
  }
  for (const auto method : {http::Method::Get, http::Method::Post, http::Method::Head, http::Method::Delete}) {
    const auto found = router().find(method, path);
    const auto* route = std::get_if<http::Route>(&found);
    if (route == nullptr) continue;
    law(std::count(path.begin(), path.end(), '/') == std::count(route->endpoint->path.begin(), route->endpoint->path.end(), '/'),
        "an escaped slash parts no segments");
    for (const auto& [name, value] : route->path_params)
      law(!value.empty() && value.find('\0') == std::string::npos, "a path parameter holds text");
  }
}

void check_query(std::string_view text) {
  const auto query = http::parse_query(text);
  if (!query) return;
  std::string again;
  for (const auto& [name, value] : *query) again += fmt::format("{}={}&", encoded(name), encoded(value));
  law(http::parse_query(again) == query, "a query can be written again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto question = std::min(text.find('?'), text.size());
  check_path(text.substr(0, question));
  check_query(text.substr(std::min(question + 1, text.size())));
  return 0;
}
