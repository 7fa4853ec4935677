#include "approvals/approval_json.hpp"

#include "base/json_write.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

namespace spm::approvals {
namespace {

json::array texts(const std::vector<std::string>& all) {
  json::array array;
  for (const std::string& one : all) array.emplace_back(one);
  return array;
}

}  // namespace

json::object metrics_summary(const engine::TestSummary& test) {
  return {{"cpu_delta", or_null(test.cpu_delta)},
          {"memory_delta", or_null(test.memory_delta)},
          {"services_ok", test.services_ok},
          {"reboot_required", test.required_reboot}};
}

json::object to_json(const store::Pending& pending, const engine::TestSummary& test, const configuration::Document& rules, Time now) {
  const Risk risk{pending.severity, pending.affects_kernel, pending.success_score};
  json::array approvers;
  for (const auto& one : pending.approvers) approvers.push_back({{"name", one.name}, {"approved_at", format_time(one.approved_at)}});
  return {{"queue_id", pending.item.value},
          {"errata_id", pending.erratum.value},
          {"synopsis", pending.synopsis},
          {"severity", pending.severity},
          {"success_score", pending.success_score},
          {"urgency_score", pending.urgency_score},
          {"target_os", pending.target_os},
          {"test_id", test.id.value},
          {"test_result", test.result},
          {"test_duration_seconds", std::chrono::duration<double>(test.completed_at - test.started_at).count()},
          {"tested_at", format_time(test.completed_at)},
          {"metrics_summary", metrics_summary(test)},
          {"pending_since", format_time(pending.pending_since)},
          {"days_pending", days_pending(pending.pending_since, now)},
          {"sla_due", format_time(sla_due(rules.service_levels, pending.severity, pending.applicable_since, pending.pending_since))},
          {"packages", texts(pending.package_names)},
          {"cves", texts(pending.cves)},
          {"known_exploited", pending.known_exploited},
          {"approvals_given", pending.approvers.size()},
          {"approvals_required", approvals_required(rules.policies, risk)},
          {"approvers", std::move(approvers)},
          {"four_eyes_reasons", texts(four_eyes_reasons(rules.policies, risk))}};
}

json::array to_json(const std::vector<store::EarlierDecision>& decisions) {
  json::array all;
  for (const store::EarlierDecision& one : decisions) {
    all.push_back({{"approval_id", one.id.value},
                   {"queue_id", one.item.value},
                   {"errata_id", one.erratum.value},
                   {"action", one.action},
                   {"actor", one.actor},
                   {"reason", one.reason},
                   {"decided_at", format_time(one.decided_at)}});
  }
  return all;
}

json::object to_json(const Decision& decision, const Decided& decided) {
  json::object answer{{"approval_id", decided.id.value},
                      {"queue_id", decision.item.value},
                      {"errata_id", decided.erratum.value},
                      {"action", to_string(decision.action)}};
  switch (decision.action) {
    case Action::Approve:
      answer["approved_by"] = decision.on_behalf_of.value_or(decision.actor);
      answer["approved_at"] = format_time(decision.at);
      answer["status"] = queue::to_string(decided.status);
      answer["approvals_given"] = decided.approvers.size();
      answer["approvals_required"] = decided.approvals_required;
      answer["approvers"] = texts(decided.approvers);
      answer["break_glass"] = decision.is_emergency;
      break;
    case Action::Reject:
      answer["rejected_by"] = decision.actor;
      answer["rejected_at"] = format_time(decision.at);
      answer["reason"] = decision.reason;
      break;
    case Action::Snooze:
      answer["snoozed_by"] = decision.actor;
      answer["snoozed_at"] = format_time(decision.at);
      answer["snooze_until"] = format_time(*decision.snooze_until);
      answer["reason"] = decision.reason;
      break;
  }
  return answer;
}

json::array cursor_keys(std::string_view sort, const store::Pending& last) {
  // The weight as text: it must come back as the very same number.
  return {sort, fmt::format("{}", last.weight), last.item.value};
}

std::optional<store::Place> place_from(const json::array& keys, std::string_view sort) {
  if (keys.size() != 3 || !keys[0].is_string() || keys[0].get_string() != sort || !keys[1].is_string() || !keys[2].is_int64())
    return std::nullopt;
  const json::string& text = keys[1].get_string();
  store::Place place{0, keys[2].get_int64()};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place.weight);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(place.weight)) return std::nullopt;
  return place;
}

}  // namespace spm::approvals
