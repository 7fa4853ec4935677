#include "engine/overview.hpp"

#include <set>

#include "base/json_write.hpp"
#include "catalogue/catalogue.hpp"
#include "engine/engine_sql.hpp"

namespace spm::engine {
namespace {

json::object entry_json(const db::Row& row, Time now) {
  const auto started = row.time("started_at");
  const auto completed = row.time_or_null("completed_at");
  const auto status = row.text("status");
  return {{"test_id", row.integer("id")},
          {"queue_id", row.integer("queue_id")},
          {"errata_id", row.text("advisory_name")},
          {"target_os", row.text("target_os")},
          {"test_system", {{"id", row.integer("system_id")}, {"name", row.text("system_name")}, {"ip", row.text("ip")}}},
          {"status", status},
          {"result", completed ? json::value(status) : json::value(nullptr)},
          {"current_phase", row.text("phase")},
          {"waiting_for", or_null(row.text_or_null("waiting_for"))},
          {"failure_phase", or_null(row.text_or_null("failure_phase"))},
          {"failure_class", or_null(row.text_or_null("failure_class"))},
          {"failure_reason", or_null(row.text_or_null("failure_reason"))},
          {"rollback_status", or_null(row.text_or_null("rollback_status"))},
          {"started_by", row.text("started_by")},
          {"started_at", format_time(started)},
          {"completed_at", completed ? json::value(format_time(*completed)) : json::value(nullptr)},
          {"duration_seconds", std::chrono::duration<double>(completed.value_or(now) - started).count()}};
}

// The id of the last test of the page before.
Result<std::optional<std::int64_t>> last_seen(const http::Page& page) {
  if (!page.cursor) return std::nullopt;
  if (page.cursor->size() == 1 && page.cursor->at(0).is_int64()) return page.cursor->at(0).get_int64();
  return http::foreign_cursor();
}

struct Systems {
  std::int64_t free = 0;
  std::int64_t busy = 0;
  std::int64_t quarantined = 0;
  std::int64_t offline = 0;
};

// Each test system counts once: what it is in the way of a test first.
json::object systems_json(db::Tx& tx, const std::optional<json::object>& scope, Time now) {
  std::set<std::int64_t> busy;
  for (const auto row : tx.execute(sql::busy_systems)) busy.insert(row.integer("system_id"));
  std::map<std::string, Systems> by_os;
  for (const auto& system : catalogue::test_systems(tx, scope)) {
    auto& counts = by_os[*system.target_os];
    if (busy.contains(system.id.value))
      ++counts.busy;
    else if (system.quarantined_at)
      ++counts.quarantined;
    else if (catalogue::offline_reason(system, now))
      ++counts.offline;
    else
      ++counts.free;
  }
  json::object list;
  for (const auto& [os, counts] : by_os) {
    list[os] = json::object{{"free", counts.free}, {"busy", counts.busy}, {"quarantined", counts.quarantined}, {"offline", counts.offline}};
  }
  return list;
}

json::object last_day_json(db::Tx& tx, const std::optional<json::object>& scope, Time now) {
  json::object figures{{"passed", 0}, {"failed", 0}, {"error", 0}, {"aborted", 0}, {"average_duration_seconds", nullptr}};
  double seconds = 0;
  std::int64_t tests = 0;
  for (const auto row : tx.execute(sql::ended_since, {now - std::chrono::hours(24), scope})) {
    const auto count = row.integer("tests");
    figures[row.text("status")] = count;
    seconds += row.real("average_seconds") * static_cast<double>(count);
    tests += count;
  }
  if (tests > 0) figures["average_duration_seconds"] = seconds / static_cast<double>(tests);
  return figures;
}

}  // namespace

Result<json::object> list_json(db::Tx& tx, const TestFilter& filter, const http::Page& page, Time now) {
  const auto after = last_seen(page);
  if (!after) return tl::unexpected(after.error());
  const auto rows = tx.execute(sql::list_tests, {filter.status, filter.target_os, filter.system, filter.erratum, filter.item, *after,
                                                 filter.result, page.limit, page.offset, filter.scope});
  json::array items;
  for (const auto row : rows) items.push_back(entry_json(row, now));
  std::int64_t total = 0;
  for (const auto row : tx.execute(sql::count_tests, {filter.target_os, filter.system, filter.erratum, filter.item, filter.scope})) {
    const auto status = row.text("status");
    if ((!filter.status || *filter.status == status) && (!filter.result || *filter.result == status)) total += row.integer("tests");
  }
  std::optional<std::string> next;
  if (static_cast<std::int64_t>(rows.size()) == page.limit) next = http::encode_cursor({rows[rows.size() - 1].integer("id")});
  return http::list_answer(std::move(items), total, page, next);
}

json::object engine_status_json(db::Tx& tx, const std::optional<json::object>& scope, Time now) {
  json::array running;
  for (const auto row : tx.execute(sql::running_tests, {scope})) running.push_back(entry_json(row, now));
  json::array workers;
  for (const auto row : tx.execute(sql::workers, {now, scope})) {
    workers.push_back(json::object{
        {"name", row.text("lease_owner")}, {"steps", row.integer("steps")}, {"lease_until", format_time(row.time("lease_until"))}});
  }
  return {{"running", std::move(running)},
          {"workers", std::move(workers)},
          {"test_systems", systems_json(tx, scope, now)},
          {"last_24_hours", last_day_json(tx, scope, now)}};
}

}  // namespace spm::engine
