// The endpoints of /api/v1/notifications. The requests fit the contract already.

#include <boost/json/value_to.hpp>

#include "access/scope.hpp"
#include "base/json_write.hpp"
#include "http/page.hpp"
#include "notifications/notifications.hpp"
#include "notifications/notifications_sql.hpp"

namespace spm::notifications {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

// Whose marks count, and what of the notices is seen.
struct Reader {
  explicit Reader(const Request& request)
      : name(request.principal.actor),
        kinds(kinds_seen_by(request.principal, request.query_param("kind"), request.query_param("severity"))),
        all_kinds(kinds_seen_by(request.principal)),
        scope(access::filter_of(request.principal.scope)) {}

  std::string name;
  std::vector<std::string> kinds;  // asked for
  std::vector<std::string> all_kinds;
  std::optional<json::object> scope;
};

Notice notice_in(const db::Row& row) {
  Notice notice{.kind = parse_kind(row.text("kind")).value(),
                .subject = row.text("subject"),
                .actor = row.text("actor"),
                .reason = row.text("reason"),
                .due_at = row.time_or_null("due_at")};
  if (const auto id = row.integer_or_null("queue_id")) notice.item = QueueId{*id};
  if (const auto id = row.integer_or_null("test_id")) notice.test = TestId{*id};
  if (const auto id = row.integer_or_null("system_id")) notice.system = SystemId{*id};
  if (const auto name = row.text_or_null("advisory_name")) notice.erratum = AdvisoryName{*name};
  return notice;
}

json::object notice_json(const db::Row& row) {
  const auto notice = notice_in(row);
  const auto subject = subject_of(notice);
  const auto system_name = row.text_or_null("system_name");
  return {{"id", row.integer("id")},
          {"kind", to_string(notice.kind)},
          {"severity", to_string(severity_of(notice.kind))},
          {"read", row.boolean("is_read")},
          {"message", sentence(notice, system_name)},
          {"created_at", format_time(row.time("created_at"))},
          {"settled_at", or_null(row.time_or_null("settled_at"))},
          {"subject_type", subject.type},
          {"subject_id", subject.id},
          {"system_name", or_null(system_name)},
          {"errata_id", or_null(row.text_or_null("advisory_name"))},
          {"synopsis", or_null(row.text_or_null("synopsis"))},
          {"actor", notice.actor},
          {"reason", notice.reason},
          {"due_at", or_null(notice.due_at)}};
}

std::int64_t count_unread(db::Tx& tx, const Reader& reader, const std::vector<std::string>& kinds) {
  return tx.execute(sql::count_unread, {reader.name, kinds, reader.scope})[0].integer("total");
}

// The last row that the caller has seen.
struct Place {
  bool is_read = false;
  std::int64_t id = 0;
};

Result<std::optional<Place>> place_in(const http::Page& page) {
  if (!page.cursor) return std::nullopt;
  const auto& keys = *page.cursor;
  if (keys.size() != 2 || !keys[0].is_bool() || !keys[1].is_int64()) return http::foreign_cursor();
  return Place{keys[0].get_bool(), keys[1].get_int64()};
}

// GET /notifications
Result<Response> list(db::Pool& pool, const Clock&, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  const auto place = place_in(*page);
  if (!place) return tl::unexpected(place.error());
  const Reader reader(request);
  const bool is_unread_only = request.query_param("status").value_or("unread") == "unread";
  const db::Param is_place_read = *place ? db::Param((*place)->is_read) : db::Param(std::nullopt);
  const db::Param place_id = *place ? db::Param((*place)->id) : db::Param(std::nullopt);
  db::Tx tx(pool);
  const auto known = outbox::position(tx);  // before the page: whatever it does not show is newer
  json::array items;
  for (const auto row : tx.execute(
           sql::page, {reader.name, reader.kinds, reader.scope, is_unread_only, page->limit, page->offset, is_place_read, place_id})) {
    items.push_back(notice_json(row));
  }
  std::optional<std::string> next;
  if (http::is_full(items, *page)) next = http::encode_cursor({items.back().at("read"), items.back().at("id")});
  const auto total = is_unread_only ? count_unread(tx, reader, reader.kinds)
                                    : tx.execute(sql::count_all, {reader.kinds, reader.scope})[0].integer("total");
  auto answer = http::list_answer(std::move(items), total, *page, next);
  answer["unread"] = count_unread(tx, reader, reader.all_kinds);
  answer["up_to"] = known;
  return http::json_response(200, std::move(answer));
}

// POST /notifications/mark-read
Result<Response> mark_read(db::Pool& pool, const Clock& clock, const Request& request) {
  const Reader reader(request);
  const auto& body = request.json_body.as_object();
  const auto now = clock.now();
  db::Tx tx(pool);
  const auto* ids = body.if_contains("ids");
  const auto rows =
      ids != nullptr
          ? tx.execute(sql::mark_some, {reader.name, reader.all_kinds, reader.scope, json::value_to<std::vector<std::int64_t>>(*ids), now})
          : tx.execute(sql::mark_up_to, {reader.name, reader.all_kinds, reader.scope, body.at("up_to").as_int64(), now});
  const auto unread = count_unread(tx, reader, reader.all_kinds);
  tx.commit();
  return http::json_response(200, json::object{{"marked", rows[0].integer("marked")}, {"unread", unread}});
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock) {
  const auto with = [&pool, &clock](auto handler) {
    return [&pool, &clock, handler](const Request& request) { return handler(pool, clock, request); };
  };
  return {
      {Method::Get, "/api/v1/notifications", Permission::ReadState, with(list)},
      {Method::Post, "/api/v1/notifications/mark-read", Permission::ReadState, with(mark_read)},
  };
}

}  // namespace spm::notifications
