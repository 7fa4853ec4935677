#pragma once
// Notices: what people should be told, and who has read it. Slices publish their events here; the table in rules.cpp says which of them
// deserve a notice, and it is written in the transaction of the change itself. docs: src/notifications/README.md.
//
// publish, raise and the questions: one thread at a time, like the transaction. Throw only what the database throws. Endpoints run on
// several threads and touch PostgreSQL alone.

#include <cstdint>
#include <set>
#include <vector>

#include "access/permission.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "notifications/rules.hpp"
#include "outbox/outbox.hpp"

namespace spm::notifications {

inline constexpr std::string_view kTopic = "notification";
inline constexpr std::string_view kRaised = "notification.raised";

// The event, the notice that it deserves, and the end of those that it settles.
void publish(db::Tx& tx, const outbox::Event& event);

// A notice of what no event tells. What is still open is not told again.
void raise(db::Tx& tx, const Notice& notice, Time at);

// The queue items of which an open notice of this kind exists.
[[nodiscard]] std::set<std::int64_t> items_told(db::Tx& tx, Kind kind);

// Those of the notices that this caller may see.
[[nodiscard]] std::set<std::int64_t> visible(db::Tx& tx, const access::Principal& principal, const std::vector<std::int64_t>& ids);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock);

}  // namespace spm::notifications
