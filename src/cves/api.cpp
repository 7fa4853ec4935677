#include <fmt/format.h>

#include <algorithm>

#include "audit/audit.hpp"
#include "base/json_write.hpp"
#include "cves/cves.hpp"
#include "cves/store.hpp"

namespace spm::cves {
namespace {

std::string setting_of(Source source) {
  switch (source) {
    case Source::Kev: return "KEV_SOURCE";
    case Source::Epss: return "EPSS_SOURCE";
    case Source::Cvss: return "CVSS_SOURCE";
  }
  return "";
}

json::value age(const std::optional<Time>& since, Time now) {
  return since ? json::value(std::max(0.0, std::chrono::duration<double>(now - *since).count())) : json::value(nullptr);
}

json::object state_answer(const State& state, const Places& places, Time now) {
  return {{"source", to_string(state.source)},           {"enabled", places.contains(state.source)},
          {"running", state.requested_at.has_value()},   {"origin", state.origin},
          {"last_attempt", or_null(state.attempted_at)}, {"last_success", or_null(state.succeeded_at)},
          {"last_change", or_null(state.changed_at)},    {"age_seconds", age(state.succeeded_at, now)},
          {"version", or_null(state.version)},           {"entries", or_null(state.entries)},
          {"last_error", or_null(state.error)}};
}

Result<http::Response> show_sources(db::Pool& pool, const Clock& clock, const Places& places) {
  db::Tx tx(pool);
  const auto states = store::states(tx);
  tx.commit();
  const Time now = clock.now();
  json::array sources;
  for (const auto& state : states) sources.push_back(state_answer(state, places, now));
  return http::json_response(200, json::object{{"sources", std::move(sources)}});
}

// The request is a row before the job knows of it: should its process die, the next run finds it.
Result<http::Response> request_import(db::Pool& pool, const Clock& clock, const Places& places, const http::Request& request) {
  const std::string word(request.json_body.at("source").as_string());
  const auto source = parse_source(word).value();
  if (!places.contains(source))
    return fail(ErrorCode::Conflict,
                fmt::format("the list {} cannot be imported: {} is not set; a file can be taken with 'spm-orchestrator import-cves'", word,
                            setting_of(source)),
                {{"source", word}});
  const Time now = clock.now();
  db::Tx tx(pool);
  const bool is_new = store::request(tx, source, now);
  if (is_new) {
    if (!scheduler::trigger(tx, std::string(kImportJob), now))
      return fail(ErrorCode::ServiceUnavailable, "no worker has registered the job of the import yet; try again in a moment",
                  {{"source", word}});
    audit::record(tx,
                  {.actor = request.principal.actor,
                   .from_address = request.remote_address,
                   .action = "cves.request",
                   .subject_type = "cve_source",
                   .subject_id = word,
                   .before = nullptr,
                   .after = json::object{{"source", word}},
                   .reason = "",
                   .at = now},
                  {.topic = "cves", .type = "cves.requested"});
  }
  tx.commit();
  return http::json_response(202, json::object{{"source", word}, {"status", "running"}, {"already_running", !is_new}});
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Places& places) {
  using access::Permission;
  using http::Method;
  return {
      {Method::Get, "/api/v1/cves/sources", Permission::ReadState,
       [&pool, &clock, places](const auto&) { return show_sources(pool, clock, places); }},
      {Method::Post, "/api/v1/cves/import", Permission::TriggerSync,
       [&pool, &clock, places](const auto& request) { return request_import(pool, clock, places, request); }},
  };
}

}  // namespace spm::cves
