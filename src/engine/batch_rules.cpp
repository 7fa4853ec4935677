#include "engine/batch_rules.hpp"

#include <fmt/format.h>

namespace spm::engine {

using queue::Status;

std::string_view to_string(MemberState state) {
  switch (state) {
    case MemberState::Waiting: return "waiting";
    case MemberState::Testing: return "testing";
    case MemberState::Passed: return "passed";
    case MemberState::Failed: return "failed";
    case MemberState::Skipped: return "skipped";
    case MemberState::Cancelled: return "cancelled";
  }
  return "waiting";
}

std::optional<MemberState> parse_member_state(std::string_view text) {
  for (const auto state : kMemberStates) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

MemberSeen follow(const MemberFacts& facts) {
  const bool is_open = facts.state == MemberState::Waiting || facts.state == MemberState::Testing;
  if (!is_open) return {facts.state, {}};
  const bool was_tested = facts.state == MemberState::Testing;
  switch (facts.item) {
    case Status::Queued:
      // A test that ended, and a person who asked for another one before the batch looked.
      if (was_tested && !facts.autostart) return {MemberState::Failed, "its test ended, and it was queued again"};
      return {facts.state, {}};
    case Status::Testing:
    case Status::NeedsReboot:
    case Status::Rebooting:
    case Status::RetryPending: return {MemberState::Testing, {}};
    case Status::Failed: return {MemberState::Failed, {}};
    case Status::Superseded: return {MemberState::Skipped, "a newer erratum covers it"};
    default: break;
  }
  if (facts.latest_result == "passed") return {MemberState::Passed, {}};
  return {MemberState::Skipped, fmt::format("it is {} without a passed test", queue::to_string(facts.item))};
}

}  // namespace spm::engine
