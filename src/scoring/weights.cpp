#include <array>
#include <boost/json/value_to.hpp>
#include <cmath>

#include "log/log.hpp"
#include "scoring/scoring.hpp"
#include "scoring/scoring_sql.hpp"

namespace spm::scoring {
namespace {

void ignore(std::string_view key, const std::string& why) {
  log::warning("scoring", "a value in orchestrator_config is ignored; the default stands", {{"key", key}, {"why", why}});
}

std::optional<double> points_of(const json::object& values, std::string_view name) {
  const auto* value = values.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code problem;
  const auto number = value->is_number() ? value->to_number<double>(problem) : -1.0;
  if (problem || !(number >= 0 && number <= 100)) {
    ignore("score_weights", std::string(name) + " must be a number from 0 to 100");
    return std::nullopt;
  }
  return number;
}

void take_weights(Weights& weights, const json::value& value) {
  if (!value.is_object()) return ignore("score_weights", "it must be an object");
  const auto& values = value.as_object();
  const std::array<std::pair<std::string_view, int*>, 7> whole{{{"kernel", &weights.kernel},
                                                                {"reboot", &weights.reboot},
                                                                {"config", &weights.config},
                                                                {"dependency", &weights.dependency},
                                                                {"dependency_max", &weights.dependency_max},
                                                                {"size_max", &weights.size_max},
                                                                {"small_bonus", &weights.small_bonus}}};
  for (const auto& [name, place] : whole) {
    if (const auto points = points_of(values, name)) *place = static_cast<int>(std::lround(*points));
  }
  if (const auto points = points_of(values, "size_per_mb")) weights.size_per_mb = *points;
  if (const auto points = points_of(values, "history_factor")) weights.history_factor = *points;
}

void take_list(std::vector<std::string>& patterns, const json::object& values, std::string_view name) {
  const auto* value = values.if_contains(name);
  if (value == nullptr) return;
  std::vector<std::string> taken;
  if (value->is_array()) {
    for (const auto& item : value->as_array()) {
      if (item.is_string() && !item.as_string().empty()) taken.push_back(json::value_to<std::string>(item));
    }
  }
  if (!value->is_array() || taken.size() != value->as_array().size()) {
    return ignore("score_patterns", std::string(name) + " must be a list of texts that are not empty");
  }
  patterns = std::move(taken);
}

void take_patterns(Patterns& patterns, const json::value& value) {
  if (!value.is_object()) return ignore("score_patterns", "it must be an object");
  take_list(patterns.kernel, value.as_object(), "kernel");
  take_list(patterns.reboot, value.as_object(), "reboot");
  take_list(patterns.config, value.as_object(), "config");
}

}  // namespace

Weights load_weights(db::Tx& tx, const Weights& defaults) {
  auto weights = defaults;
  for (const auto row : tx.execute(sql::load_config)) {
    if (row.text("key") == "score_weights") {
      take_weights(weights, row.json_value("value"));
    } else {
      take_patterns(weights.patterns, row.json_value("value"));
    }
  }
  return weights;
}

}  // namespace spm::scoring
