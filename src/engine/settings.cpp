#include "engine/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "base/package_grammar.hpp"
#include "configuration/rules.hpp"
#include "engine/units.hpp"

namespace spm::engine {
namespace {

// One override: reads it into the configuration, or says what is wrong with it.
using Problem = std::optional<std::string>;

template <class Number>
Problem read_number(const json::value& value, double low, double high, Number& out) {
  const bool is_number = value.is_number() && (!std::is_integral_v<Number> || !value.is_double());
  const double number = value.is_number() ? value.to_number<double>() : 0;
  if (!is_number || number < low || number > high) return fmt::format("must be a number from {} to {}", low, high);
  out = static_cast<Number>(number);
  return std::nullopt;
}

template <class Duration>
Problem read_duration(const json::value& value, int low, int high, Duration& out) {
  int number = 0;
  if (auto problem = read_number(value, low, high, number)) return problem;
  out = Duration(number);
  return std::nullopt;
}

Problem read_flag(const json::value& value, bool& out) {
  if (!value.is_bool()) return "must be true or false";
  out = value.get_bool();
  return std::nullopt;
}

Problem read_services(const json::value& value, std::vector<std::string>& out) {
  const std::string rule = "must be a list of at most 100 unit names, alternatives separated by |, as in \"ssh.socket|ssh\"";
  if (!value.is_array() || value.get_array().size() > 100) return rule;
  std::vector<std::string> services;
  for (const auto& entry : value.get_array()) {
    if (!entry.is_string()) return rule;
    const std::string text(entry.get_string());
    const auto alternatives = split_alternatives(text);
    if (alternatives.empty() || !std::all_of(alternatives.begin(), alternatives.end(), is_unit_name)) return rule;
    services.push_back(text);
  }
  out = std::move(services);
  return std::nullopt;
}

// A check that would not be made must not look like one that passed.
void read_checks(const json::value& value, std::vector<checks::Check>& out, json::object& problems) {
  constexpr std::size_t kMost = 50;
  if (!value.is_array() || value.get_array().size() > kMost) {
    problems["test_config.custom_checks"] = fmt::format("must be a list of at most {} checks", kMost);
    return;
  }
  out.clear();
  for (std::size_t i = 0; i < value.get_array().size(); ++i) {
    const auto& entry = value.get_array()[i];
    const auto path = fmt::format("test_config.custom_checks[{}]", i);
    if (!entry.is_object()) {
      problems[path] = "must be a check";
      continue;
    }
    checks::Check check;
    for (const auto& [field, problem] : checks::read_check(entry.get_object(), check))
      problems[fmt::format("{}.{}", path, field)] = problem;
    out.push_back(std::move(check));
  }
}

Problem apply(RunConfig& config, std::string_view key, const json::value& value) {
  if (key == "cpu_threshold") return read_number(value, 0, 100, config.cpu_threshold);
  if (key == "memory_threshold") return read_number(value, 0, 100, config.memory_threshold);
  if (key == "max_failed_services") return read_number(value, 0, 1000, config.max_failed_services);
  if (key == "wait_after_patch_seconds") return read_duration(value, 0, 86'400, config.wait_after_patch);
  if (key == "wait_after_reboot_seconds") return read_duration(value, 0, 86'400, config.wait_after_reboot);
  if (key == "timeout_minutes") return read_duration(value, 1, 1440, config.timeout);
  if (key == "critical_services") return read_services(value, config.critical_services);
  if (key == "rollback_proof_required") return read_flag(value, config.rollback_proof_required);
  return "is not known";
}

json::array checks_json(const std::vector<checks::Check>& list) {
  json::array shown;
  for (const auto& check : list) shown.push_back(checks::to_json(check));
  return shown;
}

json::array names(const std::vector<std::string>& list) { return json::array(list.begin(), list.end()); }

}  // namespace

std::chrono::microseconds scaled(std::chrono::duration<double> wait, double time_factor) {
  return std::chrono::duration_cast<std::chrono::microseconds>(wait / std::max(time_factor, 1e-3));
}

json::object to_json(const RunConfig& config) {
  return {{"cpu_threshold", config.cpu_threshold},
          {"memory_threshold", config.memory_threshold},
          {"max_failed_services", config.max_failed_services},
          {"wait_after_patch_seconds", config.wait_after_patch.count()},
          {"wait_after_reboot_seconds", config.wait_after_reboot.count()},
          {"timeout_minutes", config.timeout.count()},
          {"critical_services", names(config.critical_services)},
          {"custom_checks", checks_json(config.custom_checks)},
          {"metrics_required", config.metrics_required},
          {"restore_after_test", config.restore_after_test},
          {"snapshot_type", config.snapshot_type == SnapshotType::Snapper ? "snapper" : "none"},
          {"snapshot_required", config.snapshot_required},
          {"rollback_proof_required", config.rollback_proof_required}};
}

RunConfig run_config_from(const json::object& stored) {
  RunConfig config;
  for (const auto* key : {"cpu_threshold", "memory_threshold", "max_failed_services", "wait_after_patch_seconds",
                          "wait_after_reboot_seconds", "timeout_minutes", "critical_services"}) {
    if (const auto problem = apply(config, key, stored.at(key)))
      throw std::logic_error(fmt::format("stored test configuration: {} {}", key, *problem));
  }
  config.metrics_required = stored.at("metrics_required").as_bool();
  config.restore_after_test = stored.at("restore_after_test").as_bool();
  config.snapshot_type = stored.at("snapshot_type").as_string() == "none" ? SnapshotType::None : SnapshotType::Snapper;
  config.snapshot_required = stored.at("snapshot_required").as_bool();
  for (const auto& check : stored.at("custom_checks").as_array()) config.custom_checks.push_back(checks::check_from(check.as_object()));
  // A run that started before there was such a policy goes on as it began.
  const auto* proof = stored.if_contains("rollback_proof_required");
  config.rollback_proof_required = proof != nullptr && proof->as_bool();
  return config;
}

Result<RunConfig> configure(const RunConfig& defaults, const json::object& overrides, const std::string& target_os) {
  RunConfig config = defaults;
  json::object problems;
  for (const auto& [key, value] : overrides) {
    const std::string name(key);
    if (name == "custom_checks") {
      read_checks(value, config.custom_checks, problems);
      continue;
    }
    if (const auto problem = apply(config, name, value)) problems["test_config." + name] = *problem;
  }
  if (!problems.empty()) return fail(ErrorCode::ValidationError, "the test configuration is wrong", {{"fields", std::move(problems)}});
  if (config.critical_services.empty()) config.critical_services = configuration::default_critical_services().of(target_os);
  return config;
}

}  // namespace spm::engine
