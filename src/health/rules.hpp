#pragma once
// What a probe's row says now, and what the parts say about the whole. Pure.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace spm::health {

enum class ComponentStatus { Connected, Error, Unavailable, Disabled };

[[nodiscard]] std::string_view to_string(ComponentStatus status);
[[nodiscard]] ComponentStatus parse_component_status(std::string_view text);  // unknown words are Unavailable

struct Component {
  ComponentStatus status = ComponentStatus::Unavailable;
  std::string url{};  // without credentials
  std::string message{};
  std::string version{};
  std::optional<double> latency_ms{};
  std::optional<Time> checked_at{};
};

// A probe older than this says nothing any more: Unavailable, with the reason.
inline constexpr std::chrono::seconds kStale{60};
[[nodiscard]] Component judge(Component probed, Time now);

// healthy | degraded | unhealthy. Disabled parts do not count.
[[nodiscard]] std::string_view overall(bool is_database_connected, const std::vector<Component>& upstreams);

}  // namespace spm::health
