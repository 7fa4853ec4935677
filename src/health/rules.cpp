#include "health/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spm::health {

std::string_view to_string(ComponentStatus status) {
  switch (status) {
    case ComponentStatus::Connected: return "connected";
    case ComponentStatus::Error: return "error";
    case ComponentStatus::Unavailable: return "unavailable";
    case ComponentStatus::Disabled: return "disabled";
  }
  return "unavailable";
}

ComponentStatus parse_component_status(std::string_view text) {
  for (const auto status : {ComponentStatus::Connected, ComponentStatus::Error, ComponentStatus::Disabled}) {
    if (to_string(status) == text) return status;
  }
  return ComponentStatus::Unavailable;
}

Component judge(Component probed, Time now) {
  if (probed.status == ComponentStatus::Disabled) return probed;
  if (!probed.checked_at) {
    probed.status = ComponentStatus::Unavailable;
    probed.message = "not probed yet";
    return probed;
  }
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - *probed.checked_at);
  if (age > kStale) {
    probed.status = ComponentStatus::Unavailable;
    probed.message = fmt::format("the last probe is {} s old, so its state is not known; is a worker running?", age.count());
  }
  return probed;
}

std::string_view overall(bool database_connected, const std::vector<Component>& upstreams) {
  if (!database_connected) return "unhealthy";
  const bool well = std::all_of(upstreams.begin(), upstreams.end(), [](const Component& upstream) {
    return upstream.status == ComponentStatus::Connected || upstream.status == ComponentStatus::Disabled;
  });
  return well ? "healthy" : "degraded";
}

}  // namespace spm::health
