#include "cluster/rules.hpp"

namespace spm::cluster {

std::string_view to_string(NodeState state) {
  switch (state) {
    case NodeState::Alive: return "alive";
    case NodeState::Stopped: return "stopped";
    case NodeState::Lost: return "lost";
  }
  return "lost";
}

NodeState state_of(Time seen_at, std::optional<Time> stopped_at, Time now) {
  if (stopped_at) return NodeState::Stopped;
  return now - seen_at <= kLostAfter ? NodeState::Alive : NodeState::Lost;
}

}  // namespace spm::cluster
