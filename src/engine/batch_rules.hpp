#pragma once
// What becomes of an item within its batch: pure, from the item's own state.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "queue/lifecycle.hpp"

namespace spm::engine {

enum class MemberState { Waiting, Testing, Passed, Failed, Skipped, Cancelled };

inline constexpr std::array kMemberStates{MemberState::Waiting, MemberState::Testing, MemberState::Passed,
                                          MemberState::Failed,  MemberState::Skipped, MemberState::Cancelled};

[[nodiscard]] std::string_view to_string(MemberState state);
[[nodiscard]] std::optional<MemberState> parse_member_state(std::string_view text);

struct MemberFacts {
  MemberState state = MemberState::Waiting;
  queue::Status item = queue::Status::Queued;
  bool autostart = false;                         // of the item: a retry that starts by itself
  std::optional<std::string> latest_result = {};  // of the item's newest test: running, passed, …
};

struct MemberSeen {
  MemberState state = MemberState::Waiting;
  std::string reason;
};

// A retry is still part of the batch. One that waits and was taken elsewhere meanwhile is followed when it is tested, else skipped.
[[nodiscard]] MemberSeen follow(const MemberFacts& facts);

}  // namespace spm::engine
