#pragma once
// Which part of a list was asked for, and the answer's shape: {items, total, limit, offset, next_cursor}. Pure.

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/message.hpp"

namespace spm::http {

struct Page {
  std::int64_t limit = 50;
  std::int64_t offset = 0;
  std::optional<json::array> cursor;  // the sort keys of the last row that the caller has seen; then offset counts from there
};

// limit and offset fit already, by the contract; a cursor that was not made by encode_cursor is a validation_error.
[[nodiscard]] Result<Page> page_of(const Request& request);

// Opaque text for a URL, from the sort keys of a row.
[[nodiscard]] std::string encode_cursor(const json::array& keys);

// A page with fewer rows than asked for is the last one; after a full one there may be nothing more.
[[nodiscard]] inline bool is_full(const json::array& items, const Page& page) { return std::ssize(items) == page.limit; }

// The validation_error for a cursor of another list or another order.
[[nodiscard]] tl::unexpected<Error> foreign_cursor();

// `next_cursor` is null in the answer of the last page. `key` is "items" but for risk profiles.
[[nodiscard]] json::object list_answer(json::array items, std::int64_t total, const Page& page,
                                       const std::optional<std::string>& next_cursor = std::nullopt, std::string_view key = "items");

}  // namespace spm::http
