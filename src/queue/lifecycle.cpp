#include "queue/lifecycle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "audit/audit.hpp"
#include "queue/queue_sql.hpp"

namespace spm::queue {
namespace {

template <class Enum>
struct Word {
  Enum value;
  std::string_view text;
};

constexpr std::array kStatusWords = {
    Word{Status::Queued, "queued"},
    Word{Status::Testing, "testing"},
    Word{Status::NeedsReboot, "needs_reboot"},
    Word{Status::Rebooting, "rebooting"},
    Word{Status::PendingApproval, "pending_approval"},
    Word{Status::Snoozed, "snoozed"},
    Word{Status::Approved, "approved"},
    Word{Status::Rejected, "rejected"},
    Word{Status::Promoting, "promoting"},
    Word{Status::ProdPending, "prod_pending"},
    Word{Status::ProdApplied, "prod_applied"},
    Word{Status::Completed, "completed"},
    Word{Status::RolledBack, "rolled_back"},
    Word{Status::Failed, "failed"},
    Word{Status::RetryPending, "retry_pending"},
    Word{Status::Superseded, "superseded"},
};

constexpr std::array kFailureWords = {
    Word{FailureClass::Infra, "infra"},
    Word{FailureClass::Transient, "transient"},
    Word{FailureClass::Patch, "patch"},
    Word{FailureClass::Regression, "regression"},
};

template <class Words, class Enum>
std::string_view word_of(const Words& words, Enum value) {
  for (const auto& word : words) {
    if (word.value == value) return word.text;
  }
  throw std::logic_error(fmt::format("no word for enumerator {}", static_cast<int>(value)));
}

template <class Words>
auto value_of(const Words& words, std::string_view text) -> std::optional<decltype(words[0].value)> {
  for (const auto& word : words) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

using enum Status;

constexpr std::array kTransitions = {
    // the way of a test
    Transition{Queued, Testing, By::System},
    Transition{Testing, NeedsReboot, By::System},
    Transition{NeedsReboot, Rebooting, By::System},
    Transition{Rebooting, Testing, By::System},
    Transition{Testing, PendingApproval, By::System},
    // A test can end badly wherever it stands. An aborted one ends here too, as failed of class infra: nothing was learned of the patch,
    // and only the person who stopped it can say that it may be tried again (failed → queued), so it does not go back to the queue by
    // itself.
    Transition{Testing, Failed, By::System},
    Transition{NeedsReboot, Failed, By::System},
    Transition{Rebooting, Failed, By::System},
    Transition{Testing, RetryPending, By::System},
    Transition{NeedsReboot, RetryPending, By::System},
    Transition{Rebooting, RetryPending, By::System},
    Transition{RetryPending, Queued, By::System},
    Transition{Failed, Queued, By::Anyone},
    // the decision
    Transition{PendingApproval, Approved, By::System},
    Transition{PendingApproval, Rejected, By::System},
    Transition{PendingApproval, Snoozed, By::System},
    Transition{Snoozed, PendingApproval, By::Anyone},
    Transition{Approved, PendingApproval, By::Anyone},
    Transition{Rejected, Queued, By::Anyone},
    // production
    Transition{Approved, Promoting, By::System},
    Transition{Promoting, ProdPending, By::System},
    Transition{ProdPending, ProdApplied, By::System},
    Transition{ProdApplied, Completed, By::System},
    Transition{ProdPending, RolledBack, By::System},
    Transition{ProdApplied, RolledBack, By::System},
    // a newer erratum covers it
    Transition{Queued, Superseded, By::Anyone},
    Transition{RetryPending, Superseded, By::System},
    Transition{Failed, Superseded, By::System},
};

const Transition* arrow(Status from, Status to) {
  const auto* found =
      std::find_if(kTransitions.begin(), kTransitions.end(), [&](const Transition& t) { return t.from == from && t.to == to; });
  return found == kTransitions.end() ? nullptr : found;
}

// What the new state needs is the caller's duty: its absence is a bug, not an input error.
void require_complete(const Change& change) {
  const auto require = [&](bool present, std::string_view what) {
    if (!present)
      throw std::logic_error(fmt::format("queue item {}: {} asked for without {}", change.item.value, to_string(change.to), what));
  };
  if (change.to == Failed || change.to == RetryPending) require(change.failure.has_value() && !change.failure->reason.empty(), "a failure");
  if (change.to == RetryPending) require(change.retry_after.has_value(), "retry_after");
  if (change.to == Snoozed) require(change.snooze_until.has_value(), "snooze_until");
  if (change.to == Superseded) require(change.superseded_by.has_value(), "superseded_by");
  require(!change.actor.empty(), "an actor");
}

tl::unexpected<Error> no_such_arrow(const Change& change) {
  json::array possible;
  for (const Transition& transition : kTransitions) {
    if (transition.from == change.from) possible.emplace_back(to_string(transition.to));
  }
  return fail(ErrorCode::InvalidTransition,
              fmt::format("queue item {} cannot go from {} to {}", change.item.value, to_string(change.from), to_string(change.to)),
              {{"from", to_string(change.from)}, {"to", to_string(change.to)}, {"possible", std::move(possible)}});
}

tl::unexpected<Error> somebody_was_faster(db::Tx& tx, const Change& change) {
  const db::Rows rows = tx.execute(sql::status_of, {change.item});
  if (rows.empty()) return fail(ErrorCode::NotFound, fmt::format("queue item {} does not exist", change.item.value));
  const std::string now_in = rows[0].text("status");
  return fail(ErrorCode::Conflict,
              fmt::format("queue item {} ({}) is {} now, not {}: somebody else changed it meanwhile; look at it again before you decide",
                          change.item.value, rows[0].text("advisory_name"), now_in, to_string(change.from)),
              {{"queue_id", change.item.value}, {"status", now_in}});
}

json::object facts_of(const Change& change) {
  json::object facts{{"status", to_string(change.to)}};
  if (change.failure) {
    facts["failure_phase"] = change.failure->phase;
    facts["failure_class"] = to_string(change.failure->kind);
    facts["failure_reason"] = change.failure->reason;
  }
  if (change.retry_after) facts["retry_after"] = format_time(*change.retry_after);
  if (change.snooze_until) facts["snooze_until"] = format_time(*change.snooze_until);
  if (change.superseded_by) facts["superseded_by"] = change.superseded_by->value;
  return facts;
}

void record(db::Tx& tx, const Change& change, const db::Row& item) {
  audit::record(tx,
                {.actor = change.actor,
                 .from_address = change.from_address,
                 .action = "queue.advance",
                 .subject_type = "queue_item",
                 .subject_id = std::to_string(change.item.value),
                 .before = json::object{{"status", to_string(change.from)}},
                 .after = facts_of(change),
                 .reason = change.reason,
                 .at = change.at},
                {.topic = "queue",
                 .type = "queue.advanced",
                 .queue_id = change.item,
                 .more = {{"from", to_string(change.from)},
                          {"queue_id", change.item.value},
                          {"errata_id", item.text("advisory_name")},
                          {"target_os", item.text("target_os")}}});
}

}  // namespace

std::string_view to_string(Status status) { return word_of(kStatusWords, status); }
std::optional<Status> parse_status(std::string_view text) { return value_of(kStatusWords, text); }
std::string_view to_string(FailureClass failure) { return word_of(kFailureWords, failure); }
std::optional<FailureClass> parse_failure_class(std::string_view text) { return value_of(kFailureWords, text); }

std::span<const Transition> transitions() { return kTransitions; }

bool is_allowed(Status from, Status to) { return arrow(from, to) != nullptr; }

bool may_person_ask(Status from, Status to) {
  const Transition* found = arrow(from, to);
  return found != nullptr && found->by == By::Anyone;
}

Result<Status> advance(db::Tx& tx, const Change& change) {
  if (!is_allowed(change.from, change.to)) return no_such_arrow(change);
  require_complete(change);
  const auto failure_text = [&](auto read) -> db::Param {
    return change.failure ? db::Param(read(*change.failure)) : db::Param(std::nullopt);
  };
  const db::Rows rows = tx.execute(sql::advance, {change.item, to_string(change.from), to_string(change.to), change.at,
                                                  failure_text([](const Failure& f) { return f.phase; }),
                                                  failure_text([](const Failure& f) { return std::string(to_string(f.kind)); }),
                                                  failure_text([](const Failure& f) { return f.reason; }), change.retry_after,
                                                  change.snooze_until, change.superseded_by, change.autostart});
  if (rows.empty()) return somebody_was_faster(tx, change);
  record(tx, change, rows[0]);
  return change.to;
}

}  // namespace spm::queue
