#include "notifications/notifications.hpp"

#include "access/scope.hpp"
#include "notifications/notifications_sql.hpp"

namespace spm::notifications {
namespace {

std::set<std::int64_t> ids_in(const db::Rows& rows, std::string_view column) {
  std::set<std::int64_t> ids;
  for (const auto row : rows) ids.insert(row.integer(column));
  return ids;
}

// For pages that show notices: what there is to see of it they ask for.
std::int64_t ring(db::Tx& tx, json::object payload, Time at) {
  return outbox::publish(tx, {.topic = std::string(kTopic), .queue_id = {}, .test_id = {}, .payload = std::move(payload), .at = at});
}

}  // namespace

void publish(db::Tx& tx, const outbox::Event& event) {
  (void)outbox::publish(tx, event);
  if (const auto thing = thing_settled_by(event.payload)) {
    if (tx.execute(sql::settle, {*thing, event.at}).affected() > 0) (void)ring(tx, {{"type", "notification.settled"}}, event.at);
  }
  if (const auto notice = notice_of(event.payload)) raise(tx, *notice, event.at);
}

void raise(db::Tx& tx, const Notice& notice, Time at) {
  const auto kind = to_string(notice.kind);
  const auto thing = thing_of(notice);
  if (thing && !tx.execute(sql::is_open, {*thing, kind}).empty()) return;
  const auto id = ring(tx, {{"type", kRaised}, {"kind", kind}, {"severity", to_string(severity_of(notice.kind))}}, at);
  (void)tx.execute(sql::insert_notice, {id, kind, thing, notice.item, notice.test, notice.system, notice.erratum, notice.subject,
                                        notice.actor, notice.reason, notice.due_at, at});
}

std::set<std::int64_t> items_told(db::Tx& tx, Kind kind) { return ids_in(tx.execute(sql::open_items, {to_string(kind)}), "queue_id"); }

std::set<std::int64_t> visible(db::Tx& tx, const access::Principal& principal, const std::vector<std::int64_t>& ids) {
  if (ids.empty()) return {};
  return ids_in(tx.execute(sql::visible, {ids, kinds_seen_by(principal), access::filter_of(principal.scope)}), "id");
}

}  // namespace spm::notifications
