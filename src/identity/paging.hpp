#pragma once
// Lists in the order of their ids, whose cursor is the last id; used inside this slice only.

#include <optional>
#include <string>

#include "db/db.hpp"
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
  if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) return http::foreign_cursor();
  found.after = page->cursor->front().get_int64();
  return found;
}

template <class ToJson>
[[nodiscard]] json::object page_json(const db::Rows& rows, std::int64_t total, const PageById& page, ToJson to_json) {
  json::array items;
  for (const auto row : rows) items.push_back(to_json(row));
  std::optional<std::string> next;
  if (http::is_full(items, page.page)) next = http::encode_cursor({rows[rows.size() - 1].integer("id")});
  return http::list_answer(std::move(items), total, page.page, next);
}

}  // namespace spm::identity
