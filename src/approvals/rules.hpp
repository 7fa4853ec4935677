#pragma once
// What a decision needs and by when it is due: pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace spm::approvals {

enum class Action { Approve, Reject, Snooze };
[[nodiscard]] std::string_view to_string(Action action);

inline constexpr int kApprovalsRequired = 1;

// A rejection and a snooze need a reason; white space is none.
[[nodiscard]] bool is_reason_enough(Action action, std::string_view reason);

// How long after it became applicable an erratum of this severity may stay undecided. An unknown severity counts as Medium.
[[nodiscard]] std::chrono::days service_level(std::string_view severity);
[[nodiscard]] Time sla_due(std::string_view severity, std::optional<Time> applicable_since, Time pending_since);

// Whole days.
[[nodiscard]] std::int64_t days_pending(Time pending_since, Time now);

// A LIKE pattern for all revisions of an advisory ("USN-7412-2" → "USN-7412-%"); the name itself when its vendor does not number revisions.
[[nodiscard]] std::string family_pattern(const AdvisoryName& name);

}  // namespace spm::approvals
