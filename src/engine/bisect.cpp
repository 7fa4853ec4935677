#include "engine/bisect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "catalogue/catalogue.hpp"
#include "engine/begin.hpp"
#include "engine/engine_sql.hpp"
#include "engine/run_defaults.hpp"
#include "log/log.hpp"

namespace spm::engine {
namespace {

using queue::Status;

std::vector<std::int64_t> numbers(const std::vector<QueueId>& items) {
  std::vector<std::int64_t> all;
  for (const auto id : items) all.push_back(id.value);
  return all;
}

std::vector<std::string> errata_of(const std::vector<queue::Item>& items) {
  std::vector<std::string> errata;
  for (const auto& item : items) errata.push_back(item.erratum.value);
  return errata;
}

std::string_view word_of(SetOutcome outcome) {
  switch (outcome) {
    case SetOutcome::Passed: return "passed";
    case SetOutcome::Failed: return "failed";
    case SetOutcome::Unknown: return "unknown";
  }
  return "unknown";
}

void move(db::Tx& tx, const queue::Change& change) {
  const auto moved = queue::advance(tx, change);
  if (!moved) log::error("engine", "an item of a set could not be moved", {{"queue_id", change.item}, {"error", moved.error().message}});
}

queue::Change change(const queue::Item& item, Status from, Status to, const std::string& actor, std::string reason, Time now) {
  return {.item = item.id, .from = from, .to = to, .actor = actor, .from_address = {}, .reason = std::move(reason), .at = now};
}

std::vector<queue::Item> lock_members(db::Tx& tx, std::int64_t set) {
  std::vector<queue::Item> items;
  for (const auto row : tx.execute(sql::members_of_set, {set})) {
    const auto item = queue::lock(tx, QueueId{row.integer("id")});
    if (item && (item->status == Status::Queued || item->status == Status::Testing)) items.push_back(*item);
  }
  return items;
}

// The first of `systems` that misses all of the errata.
std::optional<catalogue::System> missing_all(db::Tx& tx, const std::vector<queue::Item>& items,
                                             const std::vector<catalogue::System>& systems) {
  std::vector<std::int64_t> ids;
  for (const auto& system : systems) ids.push_back(system.id.value);
  const auto rows = tx.execute(sql::systems_missing_all, {errata_of(items), ids});
  if (rows.empty()) return std::nullopt;
  return catalogue::find_system(tx, SystemId{rows[0].integer("system_id")});
}

void begin_set(db::Tx& tx, const Settings& settings, std::int64_t set, const std::vector<queue::Item>& items,
               const catalogue::System& system, const json::object& test_config, const queue::Acting& acting) {
  const auto config = configure(run_defaults(tx, settings, items.front().target_os), test_config, items.front().target_os);
  if (!config) return log::error("engine", "a stored test configuration is not valid any more", {{"error", config.error().message}});
  const std::vector<queue::Item> further(items.begin() + 1, items.end());
  const auto started = begin_run(tx, settings, items.front(), system, *config, acting, further);
  for (const auto& item : items) {
    (void)tx.execute(sql::forget_group, {item.id});
    if (item.status != Status::Queued) continue;
    move(tx, change(item, Status::Queued, Status::Testing, acting.actor,
                    fmt::format("test {} of {} errata on {}", started.test.value, items.size(), system.name), acting.now));
  }
  (void)tx.execute(sql::begin_set, {set, started.test});
}

void continue_set(db::Tx& tx, const Settings& settings, BatchId batch, std::int64_t set, Time now) {
  const auto rows = tx.execute(sql::lock_batch, {batch});
  if (rows.empty() || rows[0].text("status") != "running") return;
  (void)tx.execute(sql::serialise_starts);
  const auto items = lock_members(tx, set);
  if (items.empty()) {  // all of them went elsewhere
    (void)tx.execute(sql::cancel_set, {set});
    return;
  }
  auto systems = catalogue::free_test_systems(tx, items.front().target_os);
  std::erase_if(systems, [&](const auto& system) { return catalogue::offline_reason(system, now).has_value(); });
  const auto system = missing_all(tx, items, systems);
  if (!system) return;
  begin_set(tx, settings, set, items, *system, rows[0].json_value("test_config").as_object(), {rows[0].text("created_by"), {}, now});
}

std::vector<std::int64_t> ids_of(db::Pool& pool, const db::Statement& statement, db::Params params) {
  db::Tx tx(pool);
  std::vector<std::int64_t> ids;
  for (const auto row : tx.execute(statement, params)) ids.push_back(row.integer("id"));
  tx.commit();
  return ids;
}

}  // namespace

Result<bool> add_first_set(db::Tx& tx, BatchId batch, const std::vector<QueueId>& ids) {
  std::vector<queue::Item> items;
  for (const auto id : ids) items.push_back(queue::find(tx, id).value());
  const auto& target_os = items.front().target_os;
  if (std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.target_os != target_os; })) {
    return fail(ErrorCode::ValidationError, "one run tests errata of one OS",
                {{"fields", {{"queue_ids", "must be for one OS when bisect is asked for"}}}});
  }
  auto systems = catalogue::test_systems(tx);
  std::erase_if(systems, [&](const auto& system) { return system.target_os != target_os; });
  if (!missing_all(tx, items, systems)) {
    return fail(ErrorCode::Conflict,
                fmt::format("no test system of {} misses all {} errata, so they cannot be tested in one run", target_os, items.size()));
  }
  (void)tx.execute(sql::insert_set, {batch, numbers(ids)});
  return true;
}

void close_set(db::Tx& tx, TestId run, SetOutcome outcome) { (void)tx.execute(sql::close_set, {run, word_of(outcome)}); }

void add_half(db::Tx& tx, TestId run, const std::vector<QueueId>& items) { (void)tx.execute(sql::insert_half, {run, numbers(items)}); }

void continue_sets(db::Pool& pool, const Clock& clock, const Settings& settings, BatchId batch) {
  for (const auto set : ids_of(pool, sql::waiting_sets, {batch})) {
    db::Tx tx(pool);
    continue_set(tx, settings, batch, set, clock.now());
    tx.commit();
  }
}

void end_orphaned_sets(db::Pool& pool, const Clock& clock) {
  for (const auto set : ids_of(pool, sql::orphaned_sets, {})) {
    db::Tx tx(pool);
    for (const auto& item : lock_members(tx, set)) {
      if (item.status != Status::Testing) continue;
      auto ended = change(item, Status::Testing, Status::Failed, "engine", "its batch was cancelled", clock.now());
      ended.failure = queue::Failure{"pre_check", queue::FailureClass::Infra,
                                     "a set with this erratum failed, and its batch was cancelled before the culprit was found"};
      move(tx, ended);
    }
    (void)tx.execute(sql::cancel_set, {set});
    tx.commit();
  }
}

json::array sets_json(db::Tx& tx, BatchId batch) {
  json::array list;
  for (const auto row : tx.execute(sql::sets_of, {batch})) {
    const auto test = row.integer_or_null("test_id");
    list.push_back(json::object{
        {"queue_ids", row.json_value("ids")}, {"state", row.text("state")}, {"test_id", test ? json::value(*test) : json::value(nullptr)}});
  }
  return list;
}

}  // namespace spm::engine
