#include <fmt/format.h>

#include "approvals/approvals.hpp"
#include "approvals/approvals_sql.hpp"
#include "audit/audit.hpp"
#include "engine/engine.hpp"
#include "outbox/outbox.hpp"
#include "queue/queue.hpp"

namespace spm::approvals {
namespace {

queue::Status status_after(Action action) {
  switch (action) {
    case Action::Approve: return queue::Status::Approved;
    case Action::Reject: return queue::Status::Rejected;
    case Action::Snooze: return queue::Status::Snoozed;
  }
  return queue::Status::PendingApproval;
}

tl::unexpected<Error> reason_missing(Action action) {
  return fail(ErrorCode::ValidationError, fmt::format("to {} an item needs a reason", to_string(action)),
              {{"fields", json::object{{"reason", "must say why, not only white space"}}}});
}

// Somebody decided before: say who and when. Otherwise the item is simply not there yet (or long past).
tl::unexpected<Error> not_pending(db::Tx& tx, const queue::Item& item, Action action) {
  const json::object details{{"queue_id", item.id.value}, {"status", queue::to_string(item.status)}};
  const bool is_decided =
      item.status == queue::Status::Approved || item.status == queue::Status::Rejected || item.status == queue::Status::Snoozed;
  const db::Rows latest = tx.execute(sql::latest_decision, {item.id});
  if (is_decided && !latest.empty()) {
    return fail(ErrorCode::Conflict,
                fmt::format("queue item {} ({}) is {} already: {} decided at {}; nothing was changed", item.id.value, item.erratum.value,
                            queue::to_string(item.status), latest[0].text("actor"), format_time(latest[0].time("decided_at"))),
                details);
  }
  return fail(ErrorCode::InvalidTransition,
              fmt::format("queue item {} ({}) is {}; only an item that is pending_approval can be decided on ({})", item.id.value,
                          item.erratum.value, queue::to_string(item.status), to_string(action)),
              details);
}

std::optional<TestId> passed_test_of(db::Tx& tx, QueueId item) {
  const std::optional<engine::TestSummary> test = engine::latest_passed(tx, item);
  return test ? std::optional(test->id) : std::nullopt;
}

ApprovalId record(db::Tx& tx, const Decision& decision, const queue::Item& item, std::optional<TestId> test) {
  const db::Rows rows = tx.execute(sql::record_decision, {decision.item, test, to_string(decision.action), decision.actor,
                                                          decision.on_behalf_of, decision.reason, decision.snooze_until, decision.at});
  const ApprovalId id{rows[0].integer("id")};
  json::object facts{{"approval_id", id.value},
                     {"queue_id", item.id.value},
                     {"errata_id", item.erratum.value},
                     {"action", to_string(decision.action)},
                     {"status", queue::to_string(status_after(decision.action))}};
  if (test) facts["test_id"] = test->value;
  if (decision.on_behalf_of) facts["on_behalf_of"] = *decision.on_behalf_of;
  if (decision.snooze_until) facts["snooze_until"] = format_time(*decision.snooze_until);
  audit::append(tx, {.actor = decision.actor,
                     .from_address = decision.from_address,
                     .action = fmt::format("approval.{}", to_string(decision.action)),
                     .subject_type = "queue_item",
                     .subject_id = std::to_string(item.id.value),
                     .before = json::object{{"status", queue::to_string(item.status)}},
                     .after = facts,
                     .reason = decision.reason,
                     .at = decision.at});
  json::object payload = facts;
  payload["type"] = "approval.decided";
  payload["actor"] = decision.actor;
  payload["reason"] = decision.reason;
  outbox::publish(tx, {.topic = "approval", .queue_id = item.id, .test_id = test, .payload = std::move(payload), .at = decision.at});
  return id;
}

}  // namespace

Result<Decided> decide(db::Tx& tx, const Decision& decision) {
  if (!is_reason_enough(decision.action, decision.reason)) return reason_missing(decision.action);
  const std::optional<queue::Item> item = queue::lock(tx, decision.item);
  if (!item) return fail(ErrorCode::NotFound, fmt::format("queue item {} does not exist", decision.item.value));
  if (item->status != queue::Status::PendingApproval) return not_pending(tx, *item, decision.action);
  const std::optional<TestId> test = passed_test_of(tx, decision.item);
  if (!test && decision.action == Action::Approve) {
    return fail(ErrorCode::Conflict, fmt::format("queue item {} ({}) has no passed test to rest on; reject it and test it again",
                                                 item->id.value, item->erratum.value));
  }
  const queue::Change change{.item = item->id,
                             .from = item->status,
                             .to = status_after(decision.action),
                             .actor = decision.actor,
                             .from_address = decision.from_address,
                             .reason = decision.reason,
                             .at = decision.at,
                             .snooze_until = decision.snooze_until};
  if (const Result<queue::Status> moved = queue::advance(tx, change); !moved) return tl::unexpected(moved.error());
  return Decided{record(tx, decision, *item, test), item->erratum};
}

}  // namespace spm::approvals
