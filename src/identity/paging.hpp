#pragma once
// Lists in the order of their ids, whose cursor is the last id; used inside this slice only.

#include <optional>
#include <string>

#include "db/db.hpp"
#include "http/field_errors.hpp"
#include "http/page.hpp"

namespace spm::identity {

struct PageById {
  http::Page page;
  std::optional<std::int64_t> after;  // the last id that the caller has seen
};

[[nodiscard]] inline Result<PageById> page_by_id(const http::Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  PageById found{*page, std::nullopt};
  if (!page->cursor) return found;
  if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) {
    http::FieldErrors errors;
    errors.add("cursor", "belongs to another list; start from the first page");
    return tl::unexpected(errors.to_error());
  }
  found.after = page->cursor->front().get_int64();
  return found;
}

template <class ToJson>
[[nodiscard]] json::object page_json(const db::Rows& rows, std::int64_t total, const PageById& page, ToJson to_json) {
  json::array items;
  std::optional<std::string> next;
  for (const auto row : rows) {
    items.push_back(to_json(row));
    if (static_cast<std::int64_t>(items.size()) == page.page.limit) next = http::encode_cursor({row.integer("id")});
  }
  return http::list_answer(std::move(items), total, page.page, next);
}

}  // namespace spm::identity
