#pragma once
// The Success Score: how likely an erratum installs without harm, 0..100, higher is safer, with the parts it is made of. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spm::scoring {

// Which packages matter. A pattern is the beginning of a name, in any case; with "$" at its end it is the whole name, with "#" at its
// end a digit must follow: "systemd$" and "systemd-#" match systemd and systemd-252, but not systemd-container.
struct Patterns {
  std::vector<std::string> kernel;
  std::vector<std::string> reboot;
  std::vector<std::string> config;
  bool operator==(const Patterns&) const = default;
};
[[nodiscard]] Patterns default_patterns();
[[nodiscard]] bool matches(std::string_view pattern, std::string_view package);

// Points, all of them ≥ 0; penalties are subtracted.
struct Weights {
  int kernel = 30;
  int reboot = 15;
  int config = 10;
  int dependency = 3;  // for each
  int dependency_max = 15;
  double size_per_mb = 2;
  int size_max = 10;
  double history_factor = 20;  // times the rate of failed tests
  int small_bonus = 5;         // below 100 KB in all
  Patterns patterns = default_patterns();
  bool operator==(const Weights&) const = default;
};

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
