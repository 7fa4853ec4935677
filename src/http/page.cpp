#include "http/page.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/json_write.hpp"
#include "http/field_errors.hpp"

namespace spm::http {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kMaxCursor = 2000;

std::int64_t number_or(const std::optional<std::string>& text, std::int64_t otherwise) {
  if (!text) return otherwise;
  std::int64_t number = otherwise;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0 || text.size() > kMaxCursor) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = kHexDigits.find(text[i]);
    const auto low = kHexDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::optional<json::array> decode_cursor(std::string_view text) {
  const auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  boost::system::error_code error;
  auto value = json::parse(*bytes, error);
  if (error || !value.is_array()) return std::nullopt;
  return std::move(value.as_array());
}

tl::unexpected<Error> wrong_cursor(const std::string& problem) {
  FieldErrors errors;
  errors.add("cursor", problem);
  return tl::unexpected<Error>(errors.to_error());
}

}  // namespace

tl::unexpected<Error> foreign_cursor() { return wrong_cursor("belongs to another list or another order; start from the first page"); }

Result<Page> page_of(const Request& request) {
  const Page defaults;
  Page page{number_or(request.query_param("limit"), defaults.limit), number_or(request.query_param("offset"), defaults.offset),
            std::nullopt};
  if (const auto cursor = request.query_param("cursor")) {
    page.cursor = decode_cursor(*cursor);
    if (!page.cursor) return wrong_cursor("must be the next_cursor of an earlier answer");
  }
  return page;
}

std::string encode_cursor(const json::array& keys) {
  std::string text;
  for (const char c : json::serialize(keys)) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(kHexDigits[byte >> 4U]);
    text.push_back(kHexDigits[byte & 0xFU]);
  }
  return text;
}

json::object list_answer(json::array items, std::int64_t total, const Page& page, const std::optional<std::string>& next_cursor,
                         std::string_view key) {
  json::object answer;
  answer[key] = std::move(items);
  answer["total"] = total;
  answer["limit"] = page.limit;
  answer["offset"] = page.offset;
  answer["next_cursor"] = or_null(next_cursor);
  return answer;
}

}  // namespace spm::http
