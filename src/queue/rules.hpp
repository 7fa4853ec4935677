#pragma once
// The rules of the queue as pure functions: the order of testing, and which operating systems and severities it knows.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spm::queue {

// What comes first after priority_override. Safest: no reboot, then the Success Score, descending. Security: urgency, descending.
// Smart: urgency × score, descending.
enum class Mode { Safest, Security, Smart };

[[nodiscard]] std::string_view to_string(Mode mode);
[[nodiscard]] std::optional<Mode> parse_mode(std::string_view text);

struct OrderKey {
  std::int64_t priority_override = 0;
  bool requires_reboot = false;
  std::int64_t success_score = 0;
  double urgency_score = 0;
  std::int64_t id = 0;  // grows with time: the older entry is first among equals
};

// A strict total order of items with different ids. The ORDER BY of queue.sql says the same in SQL.
[[nodiscard]] bool comes_before(const OrderKey& a, const OrderKey& b, Mode mode);

// Operating systems that may be queued for although no test system of them is known yet.
[[nodiscard]] bool is_known_os(std::string_view target_os);

// The severities that are at least `minimum`, most severe first; all of them, Unknown too, without a minimum. nullopt: no such severity.
[[nodiscard]] std::optional<std::vector<std::string>> severities_from(std::optional<std::string_view> minimum);

}  // namespace spm::queue
