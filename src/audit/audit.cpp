#include "audit/audit.hpp"

#include "audit/audit_sql.hpp"
#include "notifications/notifications.hpp"

namespace spm::audit {
namespace {

json::object payload_of(const Entry& entry, const News& news) {
  const auto& facts = entry.after.is_object() ? entry.after : entry.before;
  json::object payload = facts.is_object() ? facts.get_object() : json::object{};
  for (const auto& [key, value] : news.more) payload[key] = value;
  payload["type"] = news.type;
  payload["actor"] = entry.actor;
  payload["reason"] = entry.reason;
  return payload;
}

}  // namespace

void append(db::Tx& tx, const Entry& entry) {
  tx.execute(sql::append, {entry.actor, entry.from_address, entry.action, entry.subject_type, entry.subject_id, entry.before, entry.after,
                           entry.reason, entry.at});
}

void record(db::Tx& tx, const Entry& entry, const News& news) {
  append(tx, entry);
  notifications::publish(
      tx, {.topic = news.topic, .queue_id = news.queue_id, .test_id = news.test_id, .payload = payload_of(entry, news), .at = entry.at});
}

}  // namespace spm::audit
