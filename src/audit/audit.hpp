#pragma once
// The record of every change: who, from where, what, to what, before and after. Written in the transaction of the change itself, so that
// neither can exist without the other. One thread at a time, like the transaction. Throws only what the database throws.

#include <boost/json/value.hpp>
#include <string>

#include "base/time.hpp"
#include "db/db.hpp"

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

}  // namespace spm::audit
