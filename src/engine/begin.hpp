#pragma once
// The beginning of one run: its row, its first phase, its audit line and its events. In the caller's transaction, under the lock of starts;
// the system must be free and miss the erratum (and the further ones that are tested with it). The items' states are the caller's.

#include "engine/start.hpp"

namespace spm::engine {

[[nodiscard]] Started begin_run(db::Tx& tx, const Settings& settings, const queue::Item& item, const catalogue::System& system,
                                const RunConfig& config, const queue::Acting& acting, const std::vector<queue::Item>& further = {});

}  // namespace spm::engine
