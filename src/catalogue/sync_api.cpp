#include "catalogue/sync_api.hpp"

#include <algorithm>
#include <boost/json/value_to.hpp>

#include "audit/audit.hpp"
#include "base/json_write.hpp"
#include "catalogue/catalogue_sql.hpp"
#include "catalogue/sync_run.hpp"
#include "http/page.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::catalogue {
namespace {

constexpr Source kSources[] = {Source::Uyuni, Source::SpmSync};

json::value seconds_between(std::optional<Time> from, std::optional<Time> to) {
  if (!from || !to) return nullptr;
  return std::max(0.0, std::chrono::duration<double>(*to - *from).count());
}

json::object run_answer(const SyncRun& run) {
  return {
      {"id", run.id},
      {"source", to_string(run.source)},
      {"status", run.status},
      {"requested_by", run.requested_by},
      {"started_at", format_time(run.started_at)},
      {"finished_at", or_null(run.finished_at)},
      {"duration", seconds_between(run.started_at, run.finished_at)},
      {"inserted", run.report.inserted},
      {"updated", run.report.updated},
      {"withdrawn", run.report.withdrawn},
      {"errors", run.report.skipped},
      {"error", run.error ? json::value(*run.error) : json::value(nullptr)},
  };
}

bool is_configured(const std::vector<Source>& configured, Source source) {
  return std::find(configured.begin(), configured.end(), source) != configured.end();
}

tl::unexpected<Error> cannot_sync(Source source, const std::string& why) {
  const std::string name(to_string(source));
  return fail(ErrorCode::ServiceUnavailable, name + " cannot be synchronised: " + why, {{"source", name}});
}

json::object status_answer(const db::Row& row, bool is_enabled) {
  const auto error = row.text_or_null("error");
  const auto run_id = row.integer_or_null("run_id");
  return {
      {"source", row.text("source")},
      {"enabled", is_enabled},
      {"running", row.text_or_null("status") == "running"},
      {"run_id", run_id ? json::value(*run_id) : json::value(nullptr)},
      {"last_started", or_null(row.time_or_null("started_at"))},
      {"last_success", or_null(row.time_or_null("last_success"))},
      {"duration", seconds_between(row.time_or_null("ended_started_at"), row.time_or_null("ended_at"))},
      {"inserted", row.integer_or_null("inserted").value_or(0)},
      {"updated", row.integer_or_null("updated").value_or(0)},
      {"withdrawn", row.integer_or_null("withdrawn").value_or(0)},
      {"errors", row.integer_or_null("skipped").value_or(0)},
      {"next_run", is_enabled ? or_null(row.time_or_null("next_run_at")) : json::value(nullptr)},
      {"last_error", error ? json::value(*error) : json::value(nullptr)},
  };
}

Result<http::Response> show_status(db::Pool& pool, const std::vector<Source>& configured) {
  std::vector<std::string> names;
  for (const auto source : kSources) names.emplace_back(to_string(source));
  db::Tx tx(pool);
  json::array sources;
  for (const auto row : tx.execute(sql::sync_status, {names})) {
    sources.push_back(status_answer(row, is_configured(configured, *parse_source(row.text("source")))));
  }
  tx.commit();
  return http::json_response(200, json::object{{"sources", std::move(sources)}});
}

Source wanted_source(const http::Request& request) {
  if (!request.json_body.is_object()) return Source::Uyuni;
  const auto* source = request.json_body.as_object().if_contains("source");
  return source != nullptr && source->is_string() ? parse_source(json::value_to<std::string>(*source)).value_or(Source::Uyuni)
                                                  : Source::Uyuni;
}

Result<http::Response> trigger(db::Pool& pool, const Clock& clock, const std::vector<Source>& configured, const http::Request& request) {
  const auto source = wanted_source(request);
  if (!is_configured(configured, source)) return cannot_sync(source, "its address is not configured (UYUNI_URL, SPM_SYNC_URL)");
  db::Tx tx(pool);
  const auto started = start_sync(tx, source, {request.principal.actor, request.remote_address, clock.now()});
  if (!started) return tl::unexpected(started.error());
  tx.commit();
  return http::json_response(202, *started);
}

Result<http::Response> list_runs(db::Pool& pool, const http::Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  std::optional<std::int64_t> before;
  if (page->cursor) {
    if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) {
      return http::foreign_cursor();
    }
    before = page->cursor->front().as_int64();
  }
  const auto source = request.query_param("source");
  const auto status = request.query_param("status");
  db::Tx tx(pool);
  json::array items;
  std::optional<std::string> next;
  for (const auto row : tx.execute(sql::list_runs, {source, status, before, page->limit, page->offset})) {
    const auto run = sync_run_of(row);
    items.push_back(run_answer(run));
    if (static_cast<std::int64_t>(items.size()) == page->limit) next = http::encode_cursor({run.id});
  }
  const auto total = tx.execute(sql::count_runs, {source, status})[0].integer("total");
  tx.commit();
  return http::json_response(200, http::list_answer(std::move(items), total, *page, next));
}

Result<http::Response> show_run(db::Pool& pool, const http::Request& request) {
  const auto& id = request.path_params.at("id");
  db::Tx tx(pool);
  const auto rows = tx.execute(sql::find_run, {id});
  if (rows.empty()) return fail(ErrorCode::NotFound, "sync run " + id + " does not exist; GET /api/v1/sync/runs lists them");
  return http::json_response(200, run_answer(sync_run_of(rows[0])));
}

}  // namespace

// The run is a row before any worker knows of it: the worker that the trigger wakes completes that row. A run that is open already was
// triggered too, or its job is claimed: should its process die, the scheduler gives the job to another one.
Result<json::object> start_sync(db::Tx& tx, Source source, const AskedBy& asked) {
  const std::string name(to_string(source));
  const auto opened = open_run(tx, source, asked.actor, asked.at);
  if (opened.is_new) {
    if (!scheduler::trigger(tx, job_name(source), asked.at))
      return cannot_sync(source, "no worker has registered its job yet; try again in a moment");
    audit::append(tx, {.actor = asked.actor,
                       .from_address = asked.from_address,
                       .action = "sync.trigger",
                       .subject_type = "sync_run",
                       .subject_id = std::to_string(opened.run.id),
                       .before = nullptr,
                       .after = json::object{{"source", name}},
                       .reason = "",
                       .at = asked.at});
  }
  return json::object{{"run_id", opened.run.id}, {"source", name}, {"status", "running"}, {"already_running", !opened.is_new}};
}

std::vector<http::Endpoint> sync_endpoints(db::Pool& pool, const Clock& clock, std::vector<Source> configured) {
  using access::Permission;
  using http::Method;
  return {
      {Method::Get, "/api/v1/sync/status", Permission::ReadState,
       [&pool, configured](const auto&) { return show_status(pool, configured); }},
      {Method::Post, "/api/v1/sync/trigger", Permission::TriggerSync,
       [&pool, &clock, configured](const auto& request) { return trigger(pool, clock, configured, request); }},
      {Method::Get, "/api/v1/sync/runs", Permission::ReadState, [&pool](const auto& request) { return list_runs(pool, request); }},
      {Method::Get, "/api/v1/sync/runs/{id}", Permission::ReadState, [&pool](const auto& request) { return show_run(pool, request); }},
  };
}

}  // namespace spm::catalogue
