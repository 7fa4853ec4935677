#pragma once
// What a person may do to a run that is under way. Called by the API, in the caller's transaction; PostgreSQL alone is touched. Safe from
// any thread, one thread a transaction. NotFound when there is no such test, Conflict when it has ended.

#include <boost/json/object.hpp>
#include <string>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "db/db.hpp"
#include "engine/settings.hpp"
#include "queue/queue.hpp"

namespace spm::engine {

struct AbortOrder {
  TestId test;
  std::string reason;
  bool skip_rollback = false;  // leave the system as it is; it goes to quarantine when it may have been changed
};

// Writes the request; the run's worker ends it in the phase in which it is now. The answer says what is known at once. Asked again it
// answers the same; asked again with skip_rollback it ends a way back that has begun. Conflict when the run is on its way back after a
// verdict: it ends by itself.
[[nodiscard]] Result<json::object> abort_test(db::Tx& tx, const AbortOrder& order, const queue::Acting& acting);

// For a run that cannot end by itself: whoever holds it loses it (fence), it ends as `error`, its item fails without a retry, its open
// operations count as lost, and its system goes to quarantine: nobody knows what is still under way there.
[[nodiscard]] Result<json::object> force_end(db::Tx& tx, const Settings& settings, TestId test, const std::string& reason,
                                             const queue::Acting& acting);

}  // namespace spm::engine
