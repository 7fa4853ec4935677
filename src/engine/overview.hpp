#pragma once
// All tests together: the list, and what the engine is doing. For the API; PostgreSQL alone is read, in the caller's transaction.

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "http/page.hpp"

namespace spm::engine {

struct TestFilter {
  std::optional<std::string> status;  // running, or a result
  std::optional<std::string> result;  // passed | failed | error | aborted
  std::optional<std::string> target_os;
  std::optional<SystemId> system;
  std::optional<AdvisoryName> erratum;
  std::optional<QueueId> item;
  std::optional<json::object> scope;  // of access::filter_of
};

// The body of GET /tests, newest first; ValidationError for a cursor of another list.
[[nodiscard]] Result<json::object> list_json(db::Tx& tx, const TestFilter& filter, const http::Page& page, Time now);

// The body of GET /tests/status. Tests, systems and figures are those that the caller sees.
[[nodiscard]] json::object engine_status_json(db::Tx& tx, const std::optional<json::object>& scope, Time now);

}  // namespace spm::engine
