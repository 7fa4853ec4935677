#pragma once
// The beginning of one run: its row, its first phase, its audit line and its events. In the caller's transaction, under the lock of starts;
// the system must be free and miss the erratum. The item's state is the caller's.

#include "engine/start.hpp"

namespace spm::engine {

[[nodiscard]] Started begin_run(db::Tx& tx, const Settings& settings, const queue::Item& item, const catalogue::System& system,
                                const RunConfig& config, const queue::Acting& acting);

}  // namespace spm::engine
