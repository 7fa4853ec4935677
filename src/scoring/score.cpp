#include "scoring/score.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace spm::scoring {
namespace {

constexpr std::int64_t kSmallBelowKb = 100;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

bool any_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& packages) {
  return std::any_of(packages.begin(), packages.end(), [&](const auto& package) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) { return matches(pattern, package); });
  });
}

// Whole points, rounded down, at most `limit`.
int points(double value, double limit) { return static_cast<int>(std::floor(std::clamp(value, 0.0, limit))); }

int size_points(const ScoreInput& input, const Weights& weights) {
  if (!input.total_size_kb) return 0;
  return points(static_cast<double>(*input.total_size_kb) / 1024.0 * weights.size_per_mb, weights.size_max);
}

// failed · factor / tested, in this order: 1/3 · 15 must be 5, not 4.999….
int history_points(const ScoreInput& input, const Weights& weights) {
  if (input.times_tested < kTestsForHistory) return 0;
  return points(static_cast<double>(input.times_failed) * weights.history_factor / static_cast<double>(input.times_tested), 100);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view package) {
  if (pattern.empty()) return false;
  const char last = pattern.back();
  const auto beginning = last == '$' || last == '#' ? pattern.substr(0, pattern.size() - 1) : pattern;
  if (!starts_with(package, beginning)) return false;
  if (last == '$') return package.size() == beginning.size();
  if (last != '#') return true;
  return package.size() > beginning.size() && std::isdigit(static_cast<unsigned char>(package[beginning.size()])) != 0;
}

bool affects_kernel(const ScoreInput& input, const Patterns& patterns) { return any_matches(patterns.kernel, input.packages); }

bool requires_reboot(const ScoreInput& input, const Patterns& patterns) {
  return input.reboot_suggested || any_matches(patterns.reboot, input.packages);
}

bool modifies_config(const ScoreInput& input, const Patterns& patterns) { return any_matches(patterns.config, input.packages); }

Breakdown score(const ScoreInput& input, const Weights& weights) {
  Breakdown out;
  if (affects_kernel(input, weights.patterns)) out.kernel_penalty = -weights.kernel;
  if (requires_reboot(input, weights.patterns)) out.reboot_penalty = -weights.reboot;
  if (modifies_config(input, weights.patterns)) out.config_penalty = -weights.config;
  out.dependency_penalty = -points(static_cast<double>(input.dependency_count) * weights.dependency, weights.dependency_max);
  out.size_penalty = -size_points(input, weights);
  out.history_penalty = -history_points(input, weights);
  if (input.total_size_kb && *input.total_size_kb > 0 && *input.total_size_kb < kSmallBelowKb) out.bonuses = weights.small_bonus;
  const int sum = out.base_score + out.kernel_penalty + out.reboot_penalty + out.config_penalty + out.dependency_penalty +
                  out.size_penalty + out.history_penalty + out.bonuses;
  out.final_score = std::clamp(sum, 0, 100);
  return out;
}

std::string_view band(int success_score) {
  if (success_score >= 80) return "Low risk - safe to test early";
  if (success_score >= 60) return "Medium risk - standard testing";
  if (success_score >= 40) return "High risk - careful monitoring required";
  return "Very high risk - consider manual review first";
}

}  // namespace spm::scoring
