#include "scoring/store.hpp"

#include <boost/json/value_to.hpp>
#include <set>

#include "base/json_write.hpp"
#include "catalogue/rules.hpp"
#include "scoring/scoring_sql.hpp"

namespace spm::scoring {
namespace store {
namespace {

std::vector<std::string> texts_of(const std::vector<AdvisoryName>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const auto& name : names) out.push_back(name.value);
  return out;
}

Breakdown breakdown_of(const json::object& parts) {
  const auto part = [&](std::string_view name) { return json::value_to<int>(parts.at(name)); };
  return {part("base_score"),   part("kernel_penalty"),  part("reboot_penalty"), part("config_penalty"), part("dependency_penalty"),
          part("size_penalty"), part("history_penalty"), part("bonuses"),        part("final_score")};
}

std::map<std::string, Context> worst_contexts(db::Tx& tx, const std::vector<AdvisoryName>& names) {
  std::map<std::string, Context> out;
  for (const auto row : tx.execute(sql::contexts, {texts_of(names)})) {
    const auto context = context_of(row.text("exposure"), row.text("criticality"), row.text("data_class"));
    const auto [place, is_new] = out.try_emplace(row.text("advisory_name"), context);
    if (!is_new && context.weight() > place->second.weight()) place->second = context;
  }
  return out;
}

Inputs inputs_of(const db::Row& row) {
  Inputs out;
  out.erratum = {row.text("advisory_name")};
  out.severity = catalogue::parse_severity(row.text("severity")).value();
  out.has_packages = row.boolean("has_packages");
  out.package_count = row.integer("package_count");
  out.score.packages = row.texts("package_names");
  out.score.reboot_suggested = row.boolean("reboot_suggested");
  out.score.dependency_count = row.integer("dependency_count");
  out.score.total_size_kb = row.integer_or_null("total_size_kb");
  out.score.times_tested = row.integer("times_tested");
  out.score.times_failed = row.integer("times_failed");
  for (auto& id : row.texts("cves")) out.cves.push_back({std::move(id), std::nullopt, std::nullopt, false});
  out.stored_hash = row.text_or_null("input_hash");
  if (const auto stored = row.integer_or_null("success_score")) out.stored_score = static_cast<int>(*stored);
  return out;
}

}  // namespace

Profile profile_of(const db::Row& row) {
  return {{row.text("advisory_name")},
          static_cast<int>(row.integer("success_score")),
          row.boolean("affects_kernel"),
          row.boolean("requires_reboot"),
          row.boolean("modifies_config"),
          row.integer("dependency_count"),
          row.integer("package_count"),
          row.integer_or_null("total_size_kb"),
          row.integer("times_tested"),
          row.integer("times_failed"),
          row.time_or_null("last_test_at"),
          row.text_or_null("last_test_result"),
          breakdown_of(row.json_value("breakdown").as_object()),
          row.real("urgency_score"),
          row.boolean("urgency_estimated"),
          row.time("created_at"),
          row.time("updated_at")};
}

std::map<std::string, CveRisk> cve_figures(db::Tx& tx, const std::vector<std::string>& ids) {
  std::map<std::string, CveRisk> out;
  for (const auto& id : ids) out[id].id = id;
  for (const auto row : tx.execute(sql::cve_figures, {ids})) {
    out[row.text("id")] = {row.text("id"), row.real_or_null("cvss"), row.real_or_null("epss"), row.boolean("known_exploited")};
  }
  return out;
}

json::array cves_json(db::Tx& tx, const std::vector<std::string>& ids) {
  const bool is_kev_known = exploits_known(tx);
  json::array all;
  for (const auto& [id, cve] : cve_figures(tx, ids)) {
    const auto kev = cve.known_exploited || is_kev_known ? json::value(cve.known_exploited) : json::value(nullptr);
    all.push_back(json::object{{"id", id}, {"cvss", or_null(cve.cvss)}, {"epss", or_null(cve.epss)}, {"kev", kev}});
  }
  return all;
}

std::vector<Inputs> load_inputs(db::Tx& tx, const std::vector<AdvisoryName>& names) {
  std::vector<Inputs> out;
  std::set<std::string> ids;
  for (const auto row : tx.execute(sql::inputs, {texts_of(names)})) {
    out.push_back(inputs_of(row));
    for (const auto& cve : out.back().cves) ids.insert(cve.id);
  }
  const auto figures = cve_figures(tx, {ids.begin(), ids.end()});
  const auto contexts = worst_contexts(tx, names);
  for (auto& inputs : out) {
    for (auto& cve : inputs.cves) cve = figures.at(cve.id);
    if (const auto found = contexts.find(inputs.erratum.value); found != contexts.end()) inputs.context = found->second;
  }
  return out;
}

json::object to_row(const Scored& scored) {
  const auto& [erratum, severity, has_packages, package_count, score, cves, context, stored_hash, stored_score] = scored.inputs;
  return {
      {"advisory_name", erratum.value},
      {"success_score", scored.breakdown.final_score},
      {"affects_kernel", scored.affects_kernel},
      {"requires_reboot", scored.requires_reboot},
      {"modifies_config", scored.modifies_config},
      {"dependency_count", score.dependency_count},
      {"package_count", package_count},
      {"total_size_kb", score.total_size_kb ? json::value(*score.total_size_kb) : json::value(nullptr)},
      {"breakdown", to_json(scored.breakdown)},
      {"urgency_score", scored.urgency.score},
      {"urgency_estimated", scored.urgency.is_estimated},
      {"input_hash", scored.hash},
  };
}

void store_profiles(db::Tx& tx, const json::array& rows, Time now) {
  if (!rows.empty()) tx.execute(sql::store_profiles, {rows, now});
}

std::vector<AdvisoryName> scorable(db::Tx& tx) {
  std::vector<AdvisoryName> out;
  for (const auto row : tx.execute(sql::scorable)) out.push_back({row.text("advisory_name")});
  return out;
}

}  // namespace store

std::optional<Profile> profile(db::Tx& tx, const AdvisoryName& name) {
  const auto rows = tx.execute(sql::find_profile, {name});
  if (rows.empty()) return std::nullopt;
  return store::profile_of(rows[0]);
}

bool exploits_known(db::Tx& tx) { return tx.execute(sql::exploits_known)[0].boolean("known"); }

json::object urgency_reasons(db::Tx& tx, const AdvisoryName& name) {
  json::value worst = nullptr;
  double weight = 0;
  for (const auto row : tx.execute(sql::contexts, {std::vector{name.value}})) {
    const auto context = context_of(row.text("exposure"), row.text("criticality"), row.text("data_class"));
    if (context.weight() <= weight) continue;
    weight = context.weight();
    worst = json::object{{"exposure", row.text("exposure")}, {"criticality", row.text("criticality")}, {"data", row.text("data_class")}};
  }
  const auto rows = tx.execute(sql::urgency_inputs, {name});
  return {{"estimated", rows[0].boolean("urgency_estimated")},
          {"cves", store::cves_json(tx, rows[0].texts("cves"))},
          {"worst_context", std::move(worst)}};
}

json::object to_json(const Breakdown& breakdown) {
  return {
      {"base_score", breakdown.base_score},
      {"kernel_penalty", breakdown.kernel_penalty},
      {"reboot_penalty", breakdown.reboot_penalty},
      {"config_penalty", breakdown.config_penalty},
      {"dependency_penalty", breakdown.dependency_penalty},
      {"size_penalty", breakdown.size_penalty},
      {"history_penalty", breakdown.history_penalty},
      {"bonuses", breakdown.bonuses},
      {"final_score", breakdown.final_score},
  };
}

void record_test(db::Tx& tx, const AdvisoryName& name, bool passed, Time at) { tx.execute(sql::record_test, {name, passed, at}); }

}  // namespace spm::scoring
