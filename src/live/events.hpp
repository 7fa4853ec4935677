#pragma once
// Events as one caller may see them. Inside live/ only.

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "db/db.hpp"
#include "outbox/outbox.hpp"

namespace spm::live {

// {"id", "at", "topic", "queue_id", "test_id", "type", …}: one event as the API shows it.
[[nodiscard]] json::object event_json(const outbox::Event& event);

// Those of the events that speak of nothing outside the caller's scope, nor of a configuration that the caller may not read; of notices
// those that the caller may see. In the caller's transaction.
[[nodiscard]] std::vector<outbox::Event> seen_by(db::Tx& tx, const access::Principal& principal, std::vector<outbox::Event> events);

}  // namespace spm::live
