#include "queue/rules.hpp"

#include <algorithm>
#include <array>

namespace spm::queue {
namespace {

constexpr std::array<std::string_view, 4> kKnownOperatingSystems = {"ubuntu", "debian", "rhel", "suse"};
constexpr std::array<std::string_view, 5> kSeverities = {"Critical", "High", "Medium", "Low", "Unknown"};

double smart_weight(const OrderKey& key) { return key.urgency_score * static_cast<double>(key.success_score); }

}  // namespace

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::Safest: return "safest";
    case Mode::Security: return "security";
    case Mode::Smart: return "smart";
  }
  return "";
}

std::optional<Mode> parse_mode(std::string_view text) {
  for (const Mode mode : {Mode::Safest, Mode::Security, Mode::Smart}) {
    if (to_string(mode) == text) return mode;
  }
  return std::nullopt;
}

bool comes_before(const OrderKey& a, const OrderKey& b, Mode mode) {
  if (a.priority_override != b.priority_override) return a.priority_override > b.priority_override;
  switch (mode) {
    case Mode::Safest:
      if (a.requires_reboot != b.requires_reboot) return !a.requires_reboot;
      if (a.success_score != b.success_score) return a.success_score > b.success_score;
      break;
    case Mode::Security:
      if (a.urgency_score != b.urgency_score) return a.urgency_score > b.urgency_score;
      break;
    case Mode::Smart:
      if (smart_weight(a) != smart_weight(b)) return smart_weight(a) > smart_weight(b);
      break;
  }
  return a.id < b.id;
}

bool is_known_os(std::string_view target_os) {
  return std::find(kKnownOperatingSystems.begin(), kKnownOperatingSystems.end(), target_os) != kKnownOperatingSystems.end();
}

std::optional<std::vector<std::string>> severities_from(std::optional<std::string_view> minimum) {
  if (!minimum) return std::vector<std::string>(kSeverities.begin(), kSeverities.end());
  const auto* last = std::find(kSeverities.begin(), kSeverities.end(), *minimum);
  if (last == kSeverities.end()) return std::nullopt;
  return std::vector<std::string>(kSeverities.begin(), last + 1);
}

}  // namespace spm::queue
