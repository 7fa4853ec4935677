#include <fmt/format.h>

#include "approvals/approvals.hpp"
#include "approvals/approvals_sql.hpp"
#include "audit/audit.hpp"
#include "configuration/configuration.hpp"
#include "engine/engine.hpp"
#include "identity/identity.hpp"
#include "log/log.hpp"
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

tl::unexpected<Error> reason_missing(const Decision& decision) {
  if (decision.is_emergency) {
    return fail(ErrorCode::ValidationError, "an approval past the policies needs a reason that says something",
                {{"fields", json::object{{"reason", "must have at least 20 characters besides white space at its ends"}}}});
  }
  return fail(ErrorCode::ValidationError, fmt::format("to {} an item needs a reason", to_string(decision.action)),
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

// The item, and what the policies say about it.
struct Case {
  queue::Item item;
  std::optional<TestId> test;
  std::int64_t round = 0;
  int required = 1;
  std::string person;                  // who decides
  std::vector<std::string> approvers;  // of this round
};

tl::unexpected<Error> approved_before(const queue::Item& item, const std::string& person, Time at) {
  return fail(ErrorCode::Conflict,
              fmt::format("{} approved queue item {} ({}) at {} already, in person or by a key; policy wants a second person", person,
                          item.id.value, item.erratum.value, format_time(at)),
              {{"queue_id", item.id.value}, {"status", queue::to_string(item.status)}});
}

tl::unexpected<Error> own_item(const queue::Item& item, const std::string& person) {
  return fail(ErrorCode::Forbidden,
              fmt::format("{} queued item {} ({}) and may not approve it (policy creator_may_not_approve); somebody else has to", person,
                          item.id.value, item.erratum.value),
              {{"queue_id", item.id.value}});
}

// A key has no eyes of its own: whose it is stands behind it, also when it speaks for somebody else.
std::set<std::string> people_behind(db::Tx& tx, const std::string& actor, const std::string& person) {
  const auto behind = identity::person_behind(tx, actor);
  return behind == actor ? std::set{person} : std::set{person, person_of(behind, std::nullopt)};
}

// Whether the policies let this person approve now; fills in what the item needs.
Result<void> apply_policies(db::Tx& tx, const Decision& decision, Case& one) {
  const auto rows = tx.execute(sql::decision_facts, {one.item.id});
  const auto facts = rows[0];
  one.round = facts.integer("round");
  if (decision.action != Action::Approve) return {};
  const auto policies = configuration::current(tx).policies;
  one.required = approvals_required(policies, {facts.text("severity"), facts.boolean("affects_kernel"), facts.integer("success_score")});
  const auto people = people_behind(tx, decision.actor, one.person);
  const auto earlier = tx.execute(sql::approvals_of_round, {one.item.id, one.round});
  for (const auto row : earlier) {
    const auto twice = common_person(people, people_behind(tx, row.text("actor"), row.text("person")));
    if (twice && !decision.is_emergency) return approved_before(one.item, *twice, row.time("decided_at"));
    one.approvers.push_back(row.text("name"));
  }
  const auto creator = person_of(identity::person_behind(tx, facts.text("created_by")), std::nullopt);
  if (policies.creator_may_not_approve && !decision.is_emergency && people.contains(creator)) return own_item(one.item, creator);
  one.approvers.push_back(decision.on_behalf_of.value_or(decision.actor));
  return {};
}

bool completes(const Decision& decision, const Case& one) {
  return decision.action != Action::Approve || decision.is_emergency || static_cast<int>(one.approvers.size()) >= one.required;
}

json::object facts_of(const Decision& decision, const Case& one, ApprovalId id, queue::Status status) {
  json::object facts{{"approval_id", id.value},
                     {"queue_id", one.item.id.value},
                     {"errata_id", one.item.erratum.value},
                     {"action", to_string(decision.action)},
                     {"status", queue::to_string(status)}};
  if (one.test) facts["test_id"] = one.test->value;
  if (decision.on_behalf_of) facts["on_behalf_of"] = *decision.on_behalf_of;
  if (decision.snooze_until) facts["snooze_until"] = format_time(*decision.snooze_until);
  if (decision.action != Action::Approve) return facts;
  facts["approvers"] = json::array(one.approvers.begin(), one.approvers.end());
  facts["approvals_required"] = one.required;
  return facts;
}

ApprovalId record(db::Tx& tx, const Decision& decision, const Case& one, queue::Status status) {
  const bool is_over = status != one.item.status;
  const auto rows = tx.execute(sql::record_decision,
                               {decision.item, one.test, to_string(decision.action), decision.actor, decision.on_behalf_of, decision.reason,
                                decision.snooze_until, decision.at, one.round, is_over, one.person, decision.is_emergency});
  const ApprovalId id{rows[0].integer("id")};
  const auto action = decision.is_emergency ? "approval.break_glass" : fmt::format("approval.{}", to_string(decision.action));
  const auto* type = decision.is_emergency ? "approval.break_glass" : (is_over ? "approval.decided" : "approval.given");
  audit::record(tx,
                {.actor = decision.actor,
                 .from_address = decision.from_address,
                 .action = action,
                 .subject_type = "queue_item",
                 .subject_id = std::to_string(one.item.id.value),
                 .before = json::object{{"status", queue::to_string(one.item.status)}},
                 .after = facts_of(decision, one, id, status),
                 .reason = decision.reason,
                 .at = decision.at},
                {.topic = "approval", .type = type, .queue_id = one.item.id, .test_id = one.test});
  return id;
}

// The item goes where the decision leads, or stays while a second person has to approve.
Result<queue::Status> move(db::Tx& tx, const Decision& decision, const Case& one) {
  if (!completes(decision, one)) return one.item.status;
  return queue::advance(tx, {.item = one.item.id,
                             .from = one.item.status,
                             .to = status_after(decision.action),
                             .actor = decision.actor,
                             .from_address = decision.from_address,
                             .reason = decision.reason,
                             .at = decision.at,
                             .snooze_until = decision.snooze_until});
}

Result<Case> open_case(db::Tx& tx, const Decision& decision) {
  const std::optional<queue::Item> item = queue::lock(tx, decision.item);
  if (!item) return fail(ErrorCode::NotFound, fmt::format("queue item {} does not exist", decision.item.value));
  if (item->status != queue::Status::PendingApproval) return not_pending(tx, *item, decision.action);
  Case one{*item, passed_test_of(tx, decision.item), 0, 1, {}, {}};
  one.person = person_of(decision.on_behalf_of ? decision.actor : identity::person_behind(tx, decision.actor), decision.on_behalf_of);
  if (!one.test && decision.action == Action::Approve) {
    return fail(ErrorCode::Conflict, fmt::format("queue item {} ({}) has no passed test to rest on; reject it and test it again",
                                                 item->id.value, item->erratum.value));
  }
  if (const auto allowed = apply_policies(tx, decision, one); !allowed) return tl::unexpected(allowed.error());
  return one;
}

}  // namespace

Result<Decided> decide(db::Tx& tx, const Decision& decision) {
  const bool is_reasoned =
      decision.is_emergency ? is_reason_for_emergency(decision.reason) : is_reason_enough(decision.action, decision.reason);
  if (!is_reasoned) return reason_missing(decision);
  const auto one = open_case(tx, decision);
  if (!one) return tl::unexpected(one.error());
  const auto status = move(tx, decision, *one);
  if (!status) return tl::unexpected(status.error());
  const auto id = record(tx, decision, *one, *status);
  if (decision.is_emergency) {
    log::warning("approvals", "break-glass: an item was approved past the policies",
                 {{"queue_id", one->item.id}, {"errata_id", one->item.erratum}, {"actor", decision.actor}, {"reason", decision.reason}});
  }
  return Decided{id, one->item.erratum, *status, one->required, one->approvers};
}

}  // namespace spm::approvals
