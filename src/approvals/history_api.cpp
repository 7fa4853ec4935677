#include "approvals/history_api.hpp"

#include "access/scope.hpp"
#include "approvals/approvals_sql.hpp"
#include "base/json_write.hpp"
#include "http/page.hpp"

namespace spm::approvals {
namespace {

using http::Request;
using http::Response;

json::object entry_json(const db::Row& row) {
  return {{"approval_id", row.integer("id")},
          {"queue_id", row.integer("queue_id")},
          {"errata_id", row.text("advisory_name")},
          {"synopsis", row.text("synopsis")},
          {"severity", row.text("severity")},
          {"target_os", row.text("target_os")},
          {"test_id", or_null(row.integer_or_null("test_id"))},
          {"action", row.text("action")},
          {"actor", row.text("actor")},
          {"on_behalf_of", or_null(row.text_or_null("on_behalf_of"))},
          {"reason", row.text("reason")},
          {"snooze_until", or_null(row.time_or_null("snooze_until"))},
          {"decided_at", format_time(row.time("decided_at"))}};
}

std::optional<Time> time_param(const Request& request, std::string_view name) {
  const auto text = request.query_param(name);
  return text ? std::optional(parse_time(*text).value()) : std::nullopt;  // the contract has checked that it is one
}

// GET /approvals/history
Result<Response> list(db::Pool& pool, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  std::optional<std::int64_t> before;
  if (page->cursor) {
    if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) return http::foreign_cursor();
    before = page->cursor->front().as_int64();
  }
  const auto actor = request.query_param("actor");
  const auto action = request.query_param("action");
  const auto erratum = request.query_param("errata");
  const auto from = time_param(request, "from");
  const auto to = time_param(request, "to");
  const auto scope = access::filter_of(request.principal.scope);
  db::Tx tx(pool);
  json::array items;
  for (const auto row : tx.execute(sql::history, {actor, action, erratum, from, to, page->limit, page->offset, before, scope}))
    items.push_back(entry_json(row));
  std::optional<std::string> next;
  if (http::is_full(items, *page)) next = http::encode_cursor({items.back().at("approval_id")});
  const auto total = tx.execute(sql::count_history, {actor, action, erratum, from, to, scope})[0].integer("total");
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

}  // namespace

std::vector<http::Endpoint> history_endpoints(db::Pool& pool) {
  return {{http::Method::Get, "/api/v1/approvals/history", access::Permission::ReadState,
           [&pool](const Request& request) { return list(pool, request); }}};
}

}  // namespace spm::approvals
