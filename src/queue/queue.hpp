#pragma once
// The test queue: one item for one erratum on one target_os on its way. Other slices find, lock and take items here; every change of
// state goes through advance() of queue/lifecycle.hpp.
//
// All functions work in the caller's transaction and touch PostgreSQL alone; one transaction belongs to one thread. What a caller's
// input can cause comes back as a Result, a lost database throws db::DatabaseError.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "queue/lifecycle.hpp"
#include "queue/rules.hpp"
#include "scheduler/scheduler.hpp"
#include "scoring/scoring.hpp"

namespace spm::queue {

struct Item {
  QueueId id;
  AdvisoryName erratum;
  std::string target_os;
  Status status = Status::Queued;
  std::int64_t priority_override = 0;  // -1000..1000, larger first
  bool requires_reboot = false;
  std::int64_t success_score = 0;  // 0..100
  double urgency_score = 0;        // 0..100
  std::int64_t retry_count = 0;
  std::optional<Time> retry_after;
  bool autostart = false;  // is tested again without being asked: a retry
  std::optional<AdvisoryName> superseded_by;
  std::optional<Failure> failure;  // of the last test; kept while the item waits for its next one
  std::optional<Time> snooze_until;
  std::optional<Time> pending_since;
  std::string notes;
  std::string created_by;
  Time queued_at;
  std::optional<Time> started_at;
  std::optional<Time> completed_at;
};

[[nodiscard]] std::optional<Item> find(db::Tx& tx, QueueId id);
// The same with the row locked until the transaction ends: what was read stays true.
[[nodiscard]] std::optional<Item> lock(db::Tx& tx, QueueId id);

// The mode in force (configuration, "queue.mode").
[[nodiscard]] Mode load_mode(db::Tx& tx);

enum class Which { AnyQueued, AutostartOnly };

// The queued item that is first in order for this OS, locked; items that another transaction holds are passed over.
[[nodiscard]] std::optional<Item> next(db::Tx& tx, const std::string& target_os, Mode mode, Which which = Which::AnyQueued);

// 1 is the next to be tested on its target_os; nullopt when the item is not queued.
[[nodiscard]] std::optional<std::int64_t> position(db::Tx& tx, QueueId id, Mode mode);

// How many items there are in each status; every status is in it.
[[nodiscard]] std::map<Status, std::int64_t> count_items(db::Tx& tx);

// Who acts, and when.
struct Acting {
  std::string actor;
  std::string from_address;
  Time now;
};

struct AddOrder {
  std::vector<AdvisoryName> errata;
  std::string target_os;
  std::int64_t priority_override = 0;
  std::string notes;
};

struct AddedItem {
  QueueId id;
  AdvisoryName erratum;
  std::optional<std::int64_t> position;
};

struct SkippedErratum {
  AdvisoryName erratum;
  std::string reason;  // for a person: why, and what to do
};

struct SupersededItem {
  QueueId id;
  AdvisoryName erratum;
  AdvisoryName by;
};

struct AddReport {
  std::vector<AddedItem> added;
  std::vector<AdvisoryName> already_queued;
  std::vector<SkippedErratum> skipped;
  std::vector<SupersededItem> superseded;  // older items that an added one covers
};

// Queues each erratum that exists, is meant for the OS and can be scored; the score is computed when it is missing. Each erratum stands or
// falls alone; what cannot be queued is reported with its reason. ValidationError for a target_os that nobody knows. Adds are serialised.
[[nodiscard]] Result<AddReport> add(db::Tx& tx, const AddOrder& order, const scoring::Weights& defaults, const Acting& acting);

// Moves items that wait, and whose erratum a newer one covers that is in the queue or can be applied through UYUNI, to superseded.
// An item that is being tested is left alone.
std::vector<SupersededItem> supersede_covered(db::Tx& tx, Time now);

// "A newer version of a failed erratum is queued by itself." Call it before supersede_covered, which ends the failed items.
AddReport queue_newer_of_failed(db::Tx& tx, const scoring::Weights& defaults, Time now);

// Copies scores that changed into the open items, on which the order stands; how many items changed.
std::int64_t refresh_scores(db::Tx& tx, Time now);

// The returns of snoozed and of retry_pending items whose time has come; how many items moved.
std::int64_t return_snoozed(db::Tx& tx, Time now);
std::int64_t return_retries(db::Tx& tx, Time now);

// Makes one row of each kind of what the changes of the queue left for the count of its items; safe beside such changes.
void fold_tally(db::Tx& tx, Time now);

// The periodic jobs of this slice: the two returns, the fold, and the following of the catalogue (the three functions above).
[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults);

}  // namespace spm::queue
