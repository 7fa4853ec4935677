#pragma once
// What a node's row says about it. Pure.

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace spm::cluster {

inline constexpr std::chrono::seconds kHeartbeat{5};
inline constexpr std::chrono::seconds kLostAfter{15};  // without a heartbeat

enum class NodeState { Alive, Stopped, Lost };

[[nodiscard]] std::string_view to_string(NodeState state);
[[nodiscard]] NodeState state_of(Time seen_at, std::optional<Time> stopped_at, Time now);

}  // namespace spm::cluster
