#include "approvals/rules.hpp"

#include <algorithm>
#include <array>

namespace spm::approvals {
namespace {

using std::chrono::days;

constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";

// Vendors whose advisories end in a revision: PREFIX-NUMBER-REVISION.
constexpr std::array<std::string_view, 3> kRevisedFamilies = {"USN-", "DSA-", "DLA-"};

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view to_string(Action action) {
  switch (action) {
    case Action::Approve: return "approve";
    case Action::Reject: return "reject";
    case Action::Snooze: return "snooze";
  }
  return "";
}

bool is_reason_enough(Action action, std::string_view reason) {
  return action == Action::Approve || reason.find_first_not_of(kWhiteSpace) != std::string_view::npos;
}

days service_level(std::string_view severity) {
  if (severity == "Critical") return days(7);
  if (severity == "High") return days(14);
  if (severity == "Low") return days(90);
  return days(30);
}

Time sla_due(std::string_view severity, std::optional<Time> applicable_since, Time pending_since) {
  return applicable_since.value_or(pending_since) + service_level(severity);
}

std::int64_t days_pending(Time pending_since, Time now) {
  return std::max<std::int64_t>(0, std::chrono::floor<days>(now - pending_since).count());
}

std::string family_pattern(const AdvisoryName& name) {
  const std::string& text = name.value;
  for (const std::string_view prefix : kRevisedFamilies) {
    if (!text.starts_with(prefix)) continue;
    const std::size_t dash = text.rfind('-');
    if (dash < prefix.size()) continue;
    const std::string_view number = std::string_view(text).substr(prefix.size(), dash - prefix.size());
    if (is_number(number) && is_number(std::string_view(text).substr(dash + 1))) return text.substr(0, dash + 1) + "%";
  }
  std::string pattern;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace spm::approvals
