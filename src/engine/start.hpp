#pragma once
// Starting a test run: which item, on which free test system, with which configuration. Used by the API, by the dispatcher of retries, and
// by whoever has an item to test. In the caller's transaction; starts are serialised until it ends, so that a free system stays free.

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "catalogue/types.hpp"
#include "db/db.hpp"
#include "engine/settings.hpp"
#include "queue/queue.hpp"

namespace spm::engine {

// Whether a system that does not answer may be chosen. A person's start tries it when no other is free; what starts by itself waits.
enum class Offline { LastResort, Never };

struct StartOrder {
  std::optional<QueueId> item;           // else the first in order for `target_os` that a free system can test
  std::optional<std::string> target_os;  // needed without an item
  std::optional<SystemId> system;        // else a free one, preferred ones first
  json::object test_config = {};         // overrides of the settings' defaults
  queue::Which which = queue::Which::AnyQueued;
  Offline offline = Offline::LastResort;
};

struct Started {
  TestId test;
  QueueId item;
  AdvisoryName erratum;
  catalogue::System system;
  Time started_at;
  std::chrono::minutes estimated_duration{0};
};

// ValidationError (configuration, no target_os, not a test system), NotFound (item, system, or no test system of that OS at all),
// NoItemsInQueue, InvalidTransition (the item is not queued), Conflict (quarantined, not applicable there), TestAlreadyRunning with
// current_test_id and current_errata.
[[nodiscard]] Result<Started> start(db::Tx& tx, const Settings& settings, const StartOrder& order, const queue::Acting& acting);

}  // namespace spm::engine
