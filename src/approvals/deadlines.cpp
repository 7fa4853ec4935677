// Tells people when items have waited for half of their service level, and for all of it.

#include "approvals/approvals.hpp"
#include "approvals/approvals_sql.hpp"
#include "configuration/configuration.hpp"
#include "notifications/notifications.hpp"

namespace spm::approvals {

int tell_deadlines(db::Tx& tx, Time now) {
  using notifications::Kind;
  const auto levels = configuration::current(tx).service_levels;
  const auto told_soon = notifications::items_told(tx, Kind::DecisionDueSoon);
  const auto told_overdue = notifications::items_told(tx, Kind::DecisionOverdue);
  int told = 0;
  for (const auto row : tx.execute(sql::waiting_since)) {
    if (told == kDeadlinesAtOnce) break;
    const auto id = row.integer("id");
    if (told_overdue.contains(id)) continue;
    const auto severity = row.text("severity");
    const auto applicable_since = row.time_or_null("applicable_since");
    const auto pending_since = row.time("pending_since");
    const auto deadline = deadline_reached(levels, severity, applicable_since, pending_since, now);
    if (deadline == Deadline::None || (deadline == Deadline::Half && told_soon.contains(id))) continue;
    notifications::raise(tx,
                         {.kind = deadline == Deadline::Half ? Kind::DecisionDueSoon : Kind::DecisionOverdue,
                          .item = QueueId{id},
                          .erratum = AdvisoryName{row.text("advisory_name")},
                          .due_at = sla_due(levels, severity, applicable_since, pending_since)},
                         now);
    ++told;
  }
  return told;
}

}  // namespace spm::approvals
