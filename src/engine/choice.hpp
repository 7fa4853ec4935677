#pragma once
// Which item is tested next, and on which free system. For whoever starts runs, in the caller's transaction and under the lock of starts.

#include "engine/start.hpp"

namespace spm::engine {

// The item that was asked for, locked and queued, or the first in queue order that a free system can test.
[[nodiscard]] Result<queue::Item> choose_item(db::Tx& tx, const StartOrder& order, Time now);

// A free test system that misses the item's erratum; those that count as offline last, or never.
[[nodiscard]] Result<catalogue::System> choose_system(db::Tx& tx, const Settings& settings, const StartOrder& order,
                                                      const queue::Item& item, Time now);

}  // namespace spm::engine
