// The summary of each decision as a note on the system that the erratum was tested on.

#include <fmt/format.h>

#include "approvals/approvals.hpp"
#include "approvals/approvals_sql.hpp"
#include "log/log.hpp"

namespace spm::approvals {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

// Longer than any transaction of a decision lives (they are bounded by the statement timeout).
constexpr auto kSurelyCommitted = 30s;

std::int64_t noted_up_to(db::Tx& tx) {
  const db::Rows rows = tx.execute(sql::noted_up_to);
  if (rows.empty()) return 0;
  const json::value value = rows[0].json_value("value");
  return value.is_int64() ? value.get_int64() : 0;
}

void remember_noted(db::Pool& pool, std::int64_t id, Time now) {
  db::Tx tx(pool);
  tx.execute(sql::remember_noted, {id, now});
  tx.commit();
}

std::string subject_of(const db::Row& decision) {
  return fmt::format("SPM: {} {}", decision.text("advisory_name"), decision.text("action"));
}

std::string body_of(const db::Row& decision) {
  std::string body = fmt::format("{} decided on {}: {} (queue item {}, test {}, {}).", decision.text("actor"),
                                 decision.text("advisory_name"), decision.text("action"), decision.integer("queue_id"),
                                 decision.integer("test_id"), format_time(decision.time("decided_at")));
  if (!decision.boolean("completes")) body += " A second person has to approve too.";
  if (decision.boolean("break_glass")) body += " Break-glass: alone, past the policies.";
  if (const auto other = decision.text_or_null("on_behalf_of")) body += fmt::format(" On behalf of {}.", *other);
  if (const auto until = decision.time_or_null("snooze_until")) body += fmt::format(" Snoozed until {}.", format_time(*until));
  if (const std::string reason = decision.text("reason"); !reason.empty()) body += fmt::format(" Reason: {}", reason);
  return body;
}

}  // namespace

void note_decisions(db::Pool& pool, ports::Fleet& fleet, Time now, const std::stop_token& stop) {
  const db::Rows decisions = [&] {
    db::Tx tx(pool);
    return tx.execute(sql::decisions_to_note, {noted_up_to(tx), now - kSurelyCommitted});
  }();
  // No transaction is open while the system manager is asked. A crash after the note and before the cursor writes the note twice.
  for (const db::Row decision : decisions) {
    if (stop.stop_requested()) return;
    const SystemId system{decision.integer("system_id")};
    const Result<bool> noted = fleet.add_note(system, subject_of(decision), body_of(decision));
    if (!noted) {
      log::warning("approvals", "a decision could not be noted on its test system",
                   {{"approval_id", decision.integer("id")}, {"system_id", system}, {"error", noted.error().message}});
      if (noted.error().upstream != UpstreamFailure::Refused) return;
    }
    remember_noted(pool, decision.integer("id"), now);
  }
}

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, ports::Fleet& fleet) {
  return {{"approvals_note_decisions", 15s,
           [&pool, &clock, &fleet](const std::stop_token& stop) { note_decisions(pool, fleet, clock.now(), stop); }},
          {"approvals_tell_deadlines", 5min, [&pool, &clock](const std::stop_token& stop) {
             for (int told = kDeadlinesAtOnce; told == kDeadlinesAtOnce && !stop.stop_requested();) {
               db::Tx tx(pool);
               told = tell_deadlines(tx, clock.now());
               tx.commit();
             }
           }}};
}

}  // namespace spm::approvals
