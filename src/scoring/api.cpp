#include <boost/json/value_to.hpp>
#include <chrono>
#include <cmath>

#include "base/json_write.hpp"
#include "http/page.hpp"
#include "scoring/scoring.hpp"
#include "scoring/scoring_sql.hpp"
#include "scoring/store.hpp"

namespace spm::scoring {
namespace {

double rounded(double value) { return std::round(value * 100) / 100; }

json::object history_answer(const Profile& profile) {
  const double rate = profile.times_tested == 0 ? 0 : static_cast<double>(profile.times_failed) / static_cast<double>(profile.times_tested);
  return {{"times_tested", profile.times_tested}, {"times_failed", profile.times_failed}, {"failure_rate", rate}};
}

json::object profile_answer(const Profile& profile, const db::Row& row) {
  return {
      {"errata_id", profile.erratum.value},
      {"synopsis", row.text("synopsis")},
      {"severity", row.text("severity")},
      {"success_score", profile.success_score},
      {"factors", json::object{{"affects_kernel", profile.affects_kernel},
                               {"requires_reboot", profile.requires_reboot},
                               {"modifies_config", profile.modifies_config},
                               {"dependency_count", profile.dependency_count},
                               {"package_count", profile.package_count},
                               {"total_size_kb", or_null(profile.total_size_kb)}}},
      {"history", history_answer(profile)},
      {"urgency_score", rounded(profile.urgency_score)},
      {"urgency_estimated", profile.urgency_estimated},
      {"recommendation", band(profile.success_score)},
      {"updated_at", format_time(profile.updated_at)},
  };
}

json::array packages_answer(const db::Row& row) {
  json::array out;
  if (row.is_null("packages")) return out;
  const auto packages = row.json_value("packages");
  for (const auto& package : packages.as_array()) {
    const auto& size = package.at("size_bytes");
    out.push_back(json::object{{"name", package.at("name")},
                               {"version", package.at("evr")},
                               {"size_kb", size.is_null() ? json::value(nullptr) : json::value((size.as_int64() + 1023) / 1024)}});
  }
  return out;
}

std::optional<std::int64_t> number_param(const http::Request& request, std::string_view name) {
  const auto text = request.query_param(name);
  if (!text) return std::nullopt;
  return std::stoll(*text);  // the contract has checked that it is an integer of 0..100
}

struct After {
  std::optional<std::int64_t> score;
  std::optional<std::string> name;
};

Result<After> after_of(const http::Page& page) {
  if (!page.cursor) return After{};
  const auto& keys = *page.cursor;
  if (keys.size() != 2 || !keys[0].is_int64() || !keys[1].is_string() || keys[0].as_int64() < 0 || keys[0].as_int64() > 100) {
    return http::foreign_cursor();
  }
  return After{keys[0].as_int64(), json::value_to<std::string>(keys[1])};
}

Result<http::Response> list_profiles(db::Pool& pool, const http::Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  const auto after = after_of(*page);
  if (!after) return tl::unexpected(after.error());
  const auto min_score = number_param(request, "min_score");
  const auto max_score = number_param(request, "max_score");
  const auto os = request.query_param("os");
  const auto severity = request.query_param("severity");
  db::Tx tx(pool);
  json::array items;
  std::optional<std::string> next;
  for (const auto row :
       tx.execute(sql::list_profiles, {min_score, max_score, os, severity, page->limit, page->offset, after->score, after->name})) {
    const auto profile = store::profile_of(row);
    items.push_back(profile_answer(profile, row));
    if (static_cast<std::int64_t>(items.size()) == page->limit) next = http::encode_cursor({profile.success_score, profile.erratum.value});
  }
  const auto total = tx.execute(sql::count_profiles, {min_score, max_score, os, severity})[0].integer("total");
  tx.commit();
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next, "profiles"));
}

Result<http::Response> show_profile(db::Pool& pool, const http::Request& request) {
  const auto& name = request.path_params.at("errata_id");
  db::Tx tx(pool);
  const auto rows = tx.execute(sql::show_profile, {name});
  if (rows.empty()) {
    return fail(ErrorCode::NotFound, "erratum " + name + " has no risk profile; POST /api/v1/risk-profile/calculate says why or makes one");
  }
  const auto row = rows[0];
  const auto profile = store::profile_of(row);
  auto answer = profile_answer(profile, row);
  answer["history"].as_object()["last_test_date"] = or_null(profile.last_test_at);
  answer["history"].as_object()["last_test_result"] = or_null(profile.last_test_result);
  answer["score_breakdown"] = to_json(profile.breakdown);
  answer["packages"] = packages_answer(row);
  answer["cves"] = store::cves_json(tx, row.texts("cves"));
  answer["created_at"] = format_time(profile.created_at);
  tx.commit();
  return http::json_response(200, answer);
}

std::optional<std::vector<AdvisoryName>> wanted_names(const json::object& body) {
  const auto* ids = body.if_contains("errata_ids");
  if (ids == nullptr || !ids->is_array()) return std::nullopt;
  std::vector<AdvisoryName> out;
  for (const auto& id : ids->as_array()) out.push_back({json::value_to<std::string>(id)});
  return out;
}

Result<http::Response> calculate(db::Pool& pool, const Clock& clock, const Weights& defaults, const http::Request& request) {
  const auto started = std::chrono::steady_clock::now();
  const auto body = request.json_body.is_object() ? request.json_body.as_object() : json::object{};
  const auto* refresh = body.if_contains("force_refresh");
  const auto force = refresh != nullptr && refresh->is_bool() && refresh->as_bool() ? Force::Yes : Force::No;
  const auto names = wanted_names(body);
  const auto report = names ? recalculate(pool, *names, force, defaults, clock.now()) : recalculate_all(pool, force, defaults, clock.now());
  json::array errors;
  for (const auto& [erratum, message] : report.errors) errors.push_back(json::object{{"errata_id", erratum.value}, {"error", message}});
  const std::chrono::duration<double, std::milli> duration = std::chrono::steady_clock::now() - started;
  return http::json_response(200, json::object{{"calculated", report.calculated},
                                               {"updated", report.updated},
                                               {"skipped", report.skipped},
                                               {"errors", std::move(errors)},
                                               {"duration_ms", rounded(duration.count())}});
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Weights& defaults) {
  using access::Permission;
  using http::Method;
  return {
      {Method::Get, "/api/v1/risk-profile", Permission::ReadState, [&pool](const auto& request) { return list_profiles(pool, request); }},
      {Method::Get, "/api/v1/risk-profile/{errata_id}", Permission::ReadState,
       [&pool](const auto& request) { return show_profile(pool, request); }},
      {Method::Post, "/api/v1/risk-profile/calculate", Permission::ManageQueue,
       [&pool, &clock, defaults](const auto& request) { return calculate(pool, clock, defaults, request); }},
  };
}

}  // namespace spm::scoring
