#pragma once
// What a decision needs and by when it is due: pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "configuration/rules.hpp"

namespace spm::approvals {

enum class Action { Approve, Reject, Snooze };
[[nodiscard]] std::string_view to_string(Action action);

// A rejection and a snooze need a reason; white space is none.
[[nodiscard]] bool is_reason_enough(Action action, std::string_view reason);
// An emergency needs one that says something: at least 20 characters.
[[nodiscard]] bool is_reason_for_emergency(std::string_view reason);

// What the four-eyes policy looks at.
struct Risk {
  std::string severity;
  bool affects_kernel = true;  // also when it is not known
  std::int64_t success_score = 0;
};
// Why two people have to approve, in words for a person; empty: one is enough.
[[nodiscard]] std::vector<std::string> four_eyes_reasons(const configuration::Policies& policies, const Risk& risk);
[[nodiscard]] int approvals_required(const configuration::Policies& policies, const Risk& risk);

// One spelling for one person: "Ada" told by a key that may act for others, and "user:ada" logged in, are the same.
[[nodiscard]] std::string person_of(std::string_view actor, const std::optional<std::string>& on_behalf_of);
// Who stands on both sides; nullopt: nobody. Behind an approval stands whose word it is, and whose key said it.
[[nodiscard]] std::optional<std::string> common_person(const std::set<std::string>& one, const std::set<std::string>& other);

// How long after it became applicable an erratum of this severity may stay undecided. An unknown severity counts as Medium.
[[nodiscard]] std::chrono::days service_level(const configuration::ServiceLevels& levels, std::string_view severity);
[[nodiscard]] Time sla_due(const configuration::ServiceLevels& levels, std::string_view severity, std::optional<Time> applicable_since,
                           Time pending_since);

// Whole days.
[[nodiscard]] std::int64_t days_pending(Time pending_since, Time now);

// A LIKE pattern for all revisions of an advisory ("USN-7412-2" → "USN-7412-%"); the name itself when its vendor does not number revisions.
[[nodiscard]] std::string family_pattern(const AdvisoryName& name);

}  // namespace spm::approvals
