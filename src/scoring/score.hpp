#pragma once
// The Success Score: how likely an erratum installs without harm, 0..100, higher is safer, with the parts it is made of. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "configuration/rules.hpp"

namespace spm::scoring {

// Which packages matter, and the points: set at run time (src/configuration). What a pattern means: matches().
using Patterns = configuration::Patterns;
using Weights = configuration::ScoreWeights;

[[nodiscard]] bool matches(std::string_view pattern, std::string_view package);

// A failure rate says something only from this many tests of an erratum on.
inline constexpr std::int64_t kTestsForHistory = 3;

struct ScoreInput {
  std::vector<std::string> packages;  // names
  bool reboot_suggested = false;      // by the vendor
  std::int64_t dependency_count = 0;
  std::optional<std::int64_t> total_size_kb;  // nullopt: not known; then neither penalty nor bonus
  std::int64_t times_tested = 0;
  std::int64_t times_failed = 0;
};

// The penalties are ≤ 0; base, penalties and bonuses add up to the score before it is clamped to 0..100.
struct Breakdown {
  int base_score = 100;
  int kernel_penalty = 0;
  int reboot_penalty = 0;
  int config_penalty = 0;
  int dependency_penalty = 0;
  int size_penalty = 0;
  int history_penalty = 0;
  int bonuses = 0;
  int final_score = 100;
  bool operator==(const Breakdown&) const = default;
};

[[nodiscard]] bool affects_kernel(const ScoreInput& input, const Patterns& patterns);
[[nodiscard]] bool requires_reboot(const ScoreInput& input, const Patterns& patterns);
[[nodiscard]] bool modifies_config(const ScoreInput& input, const Patterns& patterns);

[[nodiscard]] Breakdown score(const ScoreInput& input, const Weights& weights);

// What the score means, for a person: "Low risk - safe to test early", …
[[nodiscard]] std::string_view band(int success_score);

}  // namespace spm::scoring
