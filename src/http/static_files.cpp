#include "http/static_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace spm::http {
namespace {

constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kHashed = "/assets/";

// Scripts, styles and answers come from here and from nowhere else, nothing stands inline, nobody frames it. Styles that components set on
// their elements go through the DOM, which this does not concern.
constexpr std::pair<std::string_view, std::string_view> kHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
     "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"}};

Response with_headers(Response response) {
  for (const auto& [name, value] : kHeaders) response.headers.emplace(name, value);
  return response;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The comma separated parts of a header, each without blanks around it.
std::vector<std::string_view> parts_of(std::string_view header) {
  std::vector<std::string_view> parts;
  while (!header.empty()) {
    const auto comma = std::min(header.find(','), header.size());
    parts.push_back(trimmed(header.substr(0, comma)));
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return parts;
}

// "gzip;q=0" refuses it; any other weight, and none, accepts it.
bool accepts(std::string_view accept_encoding, std::string_view encoding) {
  for (const auto part : parts_of(accept_encoding)) {
    const auto semicolon = std::min(part.find(';'), part.size());
    if (trimmed(part.substr(0, semicolon)) != encoding) continue;
    const auto weight = part.find("q=", semicolon);
    return weight == std::string_view::npos || std::strtod(std::string(part.substr(weight + 2)).c_str(), nullptr) > 0;
  }
  return false;
}

bool names(std::string_view if_none_match, std::string_view tag) {
  for (auto part : parts_of(if_none_match)) {
    if (part.starts_with("W/")) part.remove_prefix(2);
    if (part == tag || part == "*") return true;
  }
  return false;
}

struct Form {
  std::string_view encoding;  // empty: as it is
  std::string_view body;
};

Form choose_form(const Asset& asset, std::string_view accept_encoding) {
  if (!asset.brotli.empty() && accepts(accept_encoding, "br")) return {"br", asset.brotli};
  if (!asset.gzip.empty() && accepts(accept_encoding, "gzip")) return {"gzip", asset.gzip};
  return {"", asset.plain};
}

Response serve(const Asset& asset, const Request& request) {
  const auto form = choose_form(asset, request.header("Accept-Encoding").value_or(""));
  const auto tag = fmt::format("\"{}{}{}\"", asset.digest, form.encoding.empty() ? "" : "-", form.encoding);
  const bool is_known = names(request.header("If-None-Match").value_or(""), tag);
  Response response;
  response.status = is_known ? 304 : 200;
  response.headers.emplace("ETag", tag);
  response.headers.emplace("Vary", "Accept-Encoding");
  response.headers.emplace("Cache-Control", asset.path.starts_with(kHashed) ? "public, max-age=31536000, immutable" : "no-cache");
  if (is_known) return response;
  response.headers.emplace("Content-Type", asset.type);
  if (!form.encoding.empty()) response.headers.emplace("Content-Encoding", form.encoding);
  response.body = form.body;
  return response;
}

}  // namespace

StaticFiles::StaticFiles(const std::vector<Asset>& assets) {
  for (const auto& asset : assets) {
    if (!assets_.emplace(asset.path, asset).second) throw std::logic_error(fmt::format("two files at {}", asset.path));
  }
  if (!assets_.contains(kIndex)) throw std::logic_error(fmt::format("the dashboard has no {}", kIndex));
}

Response StaticFiles::answer(const Request& request) const {
  if (request.method != Method::Get && request.method != Method::Head) {
    auto refused = text_response(405, "The dashboard's files can only be read.\n");
    refused.headers.emplace("Allow", "GET, HEAD");
    return with_headers(std::move(refused));
  }
  const auto found = assets_.find(request.path);
  if (found != assets_.end()) return with_headers(serve(found->second, request));
  if (request.path.starts_with(kHashed)) {
    return with_headers(text_response(404, "There is no such file; the dashboard was updated. Load the page again.\n"));
  }
  return with_headers(serve(assets_.at(kIndex), request));
}

}  // namespace spm::http
