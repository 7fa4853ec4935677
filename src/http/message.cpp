#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>

namespace spm::http {
namespace {

constexpr std::array<std::pair<std::string_view, Method>, 7> kMethods{{{"GET", Method::Get},
                                                                       {"POST", Method::Post},
                                                                       {"PUT", Method::Put},
                                                                       {"PATCH", Method::Patch},
                                                                       {"DELETE", Method::Delete},
                                                                       {"HEAD", Method::Head},
                                                                       {"OPTIONS", Method::Options}}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// Length of the UTF-8 sequence at the front of `text`, 0 when it is none (overlong, surrogate, beyond U+10FFFF, cut short).
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return length;
}

// PostgreSQL refuses text that is not UTF-8; it must not get that far.
bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string_view to_string(Method method) {
  const auto* row = std::find_if(kMethods.begin(), kMethods.end(), [&](const auto& entry) { return entry.second == method; });
  return row == kMethods.end() ? "OTHER" : row->first;
}

Method parse_method(std::string_view text) {
  const auto* row = std::find_if(kMethods.begin(), kMethods.end(), [&](const auto& entry) { return entry.first == text; });
  return row == kMethods.end() ? Method::Other : row->second;
}

bool HeaderLess::operator()(std::string_view a, std::string_view b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) < lower(y); });
}

std::optional<std::string> Request::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t Request::path_id(const std::string& name) const {
  const auto& text = path_params.at(name);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? id : 0;
}

std::optional<std::string> Request::query_param(std::string_view name) const {
  const auto found = query.find(std::string(name));
  return found == query.end() ? std::nullopt : std::optional(found->second);
}

Response json_response(int status, const json::value& body) {
  Response response{status, {}, json::serialize(body)};
  response.headers.emplace("Content-Type", "application/json");
  return response;
}

Response text_response(int status, std::string body, std::string_view content_type) {
  Response response{status, {}, std::move(body)};
  response.headers.emplace("Content-Type", content_type);
  return response;
}

std::optional<std::string> percent_decode(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // the edge lets none through; other callers may
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::multimap<std::string, std::string>> parse_query(std::string_view text) {
  std::multimap<std::string, std::string> query;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    std::string pair(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    std::replace(pair.begin(), pair.end(), '+', ' ');
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(std::string_view(pair).substr(0, equals));
    auto value = percent_decode(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    query.emplace(std::move(*name), std::move(*value));
  }
  return query;
}

}  // namespace spm::http
