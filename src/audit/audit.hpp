#pragma once
// The record of every change: who, from where, what, to what, before and after. Written in the transaction of the change itself, so that
// neither can exist without the other. At the commit the database links the rows into a chain of hashes (docs/operations/audit.md).
//
// append and record: one thread at a time, like the transaction. Throw only what the database throws.

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "outbox/outbox.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::audit {

struct Entry {
  std::string actor;         // the authenticated identity, or "engine", "scheduler"
  std::string from_address;  // of a person or program; empty for our own
  std::string action;        // "queue.add", "approval.approve"
  std::string subject_type;  // "queue_item", "test", "system"
  std::string subject_id;
  json::value before;  // null: there was nothing
  json::value after;   // null: it is gone
  std::string reason;
  Time at;
};

void append(db::Tx& tx, const Entry& entry);

// How the same change is told to listeners.
struct News {
  std::string topic;  // queue, test, approval, …
  std::string type;   // "queue.added"
  std::optional<QueueId> queue_id = std::nullopt;
  std::optional<TestId> test_id = std::nullopt;
  json::object more = {};  // facts that the audit line need not repeat, such as the advisory's name
};

// The audit line and the event of one change. The event's payload: the facts after the change (before it, when the subject is gone), then
// `more`, type, actor and reason.
void record(db::Tx& tx, const Entry& entry, const News& news);

struct Verification {
  bool valid = false;
  std::int64_t rows = 0;  // that were ever written
  std::optional<std::int64_t> first_broken_id;
  std::string reason;     // for a person; empty when valid
  std::string head_hash;  // to be kept elsewhere: with it, even a chain that was made anew as a whole is found out
};

// Walks the whole chain with bounded memory, and through the link that was proven last: a chain that was made anew as a whole does not have
// it. Safe from any thread; takes some seconds for a million rows. What is committed meanwhile is not looked at.
[[nodiscard]] Verification verify(db::Pool& pool);

// What the periodic proof last found.
struct Proof {
  std::int64_t position = 0;  // proven up to this link, of this hash
  std::string hash;
  std::optional<Time> whole_at;  // the last walk from the first link that found nothing wrong
  Time looked_at;
  std::optional<std::int64_t> first_broken_id;
  std::string reason;  // for a person; empty: nothing is wrong
};
// Nothing: nobody has looked yet.
[[nodiscard]] std::optional<Proof> last_proof(db::Tx& tx);

// Goes on with the proof from where it stands, or walks the whole chain when that was long ago or something was wrong. Remembers what it
// found, logs what is wrong, and tells listeners when it begins to be. Throws what the database throws.
Proof keep_proven(db::Pool& pool, Time now);

[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock);

}  // namespace spm::audit
