#pragma once
// The states of a queue item, the one table of allowed transitions, and the one function that moves an item: every slice uses it.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::queue {

enum class Status {
  Queued,
  Testing,
  NeedsReboot,
  Rebooting,
  PendingApproval,
  Snoozed,
  Approved,
  Rejected,
  Promoting,
  ProdPending,
  ProdApplied,
  Completed,
  RolledBack,
  Failed,
  RetryPending,
  Superseded,
};

[[nodiscard]] std::string_view to_string(Status status);
[[nodiscard]] std::optional<Status> parse_status(std::string_view text);

enum class By { Anyone, System };  // Anyone: a person may ask for it over the API; System: only the engine, a job or another slice moves it

struct Transition {
  Status from;
  Status to;
  By by;
};

// The whole picture of domain.md, "States of a queue item". A transition that is not here does not exist.
[[nodiscard]] std::span<const Transition> transitions();
[[nodiscard]] bool is_allowed(Status from, Status to);
[[nodiscard]] bool may_person_ask(Status from, Status to);

enum class FailureClass { Infra, Transient, Patch, Regression };
[[nodiscard]] std::string_view to_string(FailureClass failure);
[[nodiscard]] std::optional<FailureClass> parse_failure_class(std::string_view text);

struct Failure {
  std::string phase;
  FailureClass kind = FailureClass::Infra;
  std::string reason;
};

struct Change {
  QueueId item;
  Status from;
  Status to;
  std::string actor;         // "engine", "scheduler" or an authenticated identity
  std::string from_address;  // of a person; empty otherwise
  std::string reason;
  Time at;
  std::optional<Failure> failure = std::nullopt;             // required for Failed and RetryPending
  std::optional<Time> retry_after = std::nullopt;            // required for RetryPending
  std::optional<Time> snooze_until = std::nullopt;           // required for Snoozed
  std::optional<AdvisoryName> superseded_by = std::nullopt;  // required for Superseded
  bool autostart = false;                                    // RetryPending → Queued: test again without being asked
};

// Moves one item in the caller's transaction: the row (guarded by `from`), its audit line and its event. InvalidTransition (409) when the
// picture has no such arrow, Conflict (409) when the item is no longer in `from` (somebody else was faster; the message names the state it
// is in now), NotFound when there is no such item. Sets started_at, completed_at, pending_since and retry_count where the new state asks
// for it.
[[nodiscard]] Result<Status> advance(db::Tx& tx, const Change& change);

}  // namespace spm::queue
