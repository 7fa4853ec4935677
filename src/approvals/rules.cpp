#include "approvals/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

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

bool is_reason_for_emergency(std::string_view reason) {
  const auto begin = reason.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return false;
  const auto text = reason.substr(begin, reason.find_last_not_of(kWhiteSpace) - begin + 1);
  // Characters, not bytes: what continues a character in UTF-8 is not counted.
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }) >= 20;
}

std::vector<std::string> four_eyes_reasons(const configuration::Policies& policies, const Risk& risk) {
  std::vector<std::string> reasons;
  if (policies.four_eyes_critical && risk.severity == "Critical") reasons.emplace_back("severity Critical");
  if (policies.four_eyes_kernel && risk.affects_kernel) reasons.emplace_back("kernel or boot packages");
  if (policies.four_eyes_low_score && risk.success_score < policies.four_eyes_score)
    reasons.push_back(fmt::format("Success Score {} is below {}", risk.success_score, policies.four_eyes_score));
  return reasons;
}

int approvals_required(const configuration::Policies& policies, const Risk& risk) {
  return four_eyes_reasons(policies, risk).empty() ? 1 : 2;
}

std::string person_of(std::string_view actor, const std::optional<std::string>& on_behalf_of) {
  constexpr std::string_view kPerson = "user:";
  std::string person(on_behalf_of.value_or(std::string(actor)));
  std::transform(person.begin(), person.end(), person.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (on_behalf_of && !person.starts_with(kPerson)) person.insert(0, kPerson);
  return person;
}

std::optional<std::string> common_person(const std::set<std::string>& one, const std::set<std::string>& other) {
  const auto found = std::find_if(one.begin(), one.end(), [&](const std::string& person) { return other.contains(person); });
  return found == one.end() ? std::nullopt : std::optional(*found);
}

days service_level(const configuration::ServiceLevels& levels, std::string_view severity) {
  if (severity == "Critical") return days(levels.critical);
  if (severity == "High") return days(levels.high);
  if (severity == "Low") return days(levels.low);
  return days(levels.medium);
}

Time sla_due(const configuration::ServiceLevels& levels, std::string_view severity, std::optional<Time> applicable_since,
             Time pending_since) {
  return applicable_since.value_or(pending_since) + service_level(levels, severity);
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
