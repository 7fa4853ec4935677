#pragma once
// The log of a test run as it grows: a page of JSON, or a live stream of server-sent events that can be resumed by the last id.

#include <boost/json/object.hpp>
#include <cstdint>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "db/db.hpp"
#include "http/message.hpp"
#include "outbox/outbox.hpp"

namespace spm::engine {

// {"id", "at", "type", …}: one event as the API shows it.
[[nodiscard]] json::object event_json(const outbox::Event& event);

// {"items": […], "last_id", "is_over"}: what happened after the event `after`. NotFound.
[[nodiscard]] Result<json::object> events_after(db::Tx& tx, TestId test, std::int64_t after);

// The same as a stream: what happened since, then what happens, until the run has ended and said so. NotFound.
[[nodiscard]] Result<http::Response> live_events(db::Pool& pool, TestId test, std::int64_t after);

}  // namespace spm::engine
