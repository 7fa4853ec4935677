#pragma once
// What people decide on tested items: approve, reject, snooze. The decision, the item's new state, the audit lines and the events are
// one transaction. Works on PostgreSQL alone, but for note_decisions, which a worker runs.

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "approvals/rules.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "ports/fleet.hpp"
#include "queue/lifecycle.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::approvals {

struct Decision {
  QueueId item;
  Action action = Action::Approve;
  std::string actor;  // the authenticated identity
  std::string from_address;
  std::optional<std::string> on_behalf_of;  // whom a key that may act for others named; then that person approved
  std::string reason;
  std::optional<Time> snooze_until = std::nullopt;  // of a snooze
  Time at;
  bool is_emergency = false;  // break-glass: an approval past the policies
};

struct Decided {
  ApprovalId id;
  AdvisoryName erratum;
  queue::Status status = queue::Status::PendingApproval;  // still so after the first of two approvals
  int approvals_required = 1;
  std::vector<std::string> approvers;  // of an approval: everybody who approved by now
};

// In the caller's transaction, with the item's row locked. NotFound: no such item. ValidationError: a reason is missing. Conflict: somebody
// else decided already, the same person approves twice, or the item has no passed test. Forbidden: policy wants somebody else.
// InvalidTransition: the item is not pending approval. One thread a transaction.
[[nodiscard]] Result<Decided> decide(db::Tx& tx, const Decision& decision);

// Writes the summary of each decision as a note on the test system, in order, each at least once. Stops at the first system manager's
// failure and goes on from there the next time; a note that the manager refuses is passed over with a warning.
void note_decisions(db::Pool& pool, ports::Fleet& fleet, Time now, const std::stop_token& stop);

// Raises a notice for each item that waits and has used half of its service level, or all of it; once each while it waits. At most
// kDeadlinesAtOnce in a transaction, because every event holds a lock; answers how many.
inline constexpr int kDeadlinesAtOnce = 200;
int tell_deadlines(db::Tx& tx, Time now);

[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, ports::Fleet& fleet);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock);

}  // namespace spm::approvals
