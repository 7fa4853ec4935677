#include "engine/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "engine/begin.hpp"
#include "engine/choice.hpp"
#include "engine/engine_sql.hpp"
#include "engine/finish.hpp"
#include "engine/run_defaults.hpp"
#include "log/log.hpp"

namespace spm::engine {
namespace {

using catalogue::System;

// Why a system is left out; nullopt: it is tested, now or when it is free.
std::optional<std::string> unusable(const System& system, Time now) {
  if (system.quarantined_at) return "in quarantine: " + system.quarantine_reason.value_or("");
  if (const auto offline = catalogue::offline_reason(system, now)) return "offline: " + *offline;
  return std::nullopt;
}

// The test systems of the item's OS that miss the erratum.
std::vector<System> eligible_systems(db::Tx& tx, const queue::Item& item) {
  std::vector<System> systems;
  for (const auto& applicable : catalogue::applicable_systems(tx, item.erratum)) {
    const auto& system = applicable.system;
    if (system.role == catalogue::Role::Test && system.target_os == item.target_os) systems.push_back(system);
  }
  return systems;
}

Result<std::string> to_testing(db::Tx& tx, QueueId item, const std::string& reason, const queue::Acting& acting) {
  const auto moved = queue::advance(tx, {.item = item,
                                         .from = queue::Status::Queued,
                                         .to = queue::Status::Testing,
                                         .actor = acting.actor,
                                         .from_address = acting.from_address,
                                         .reason = reason,
                                         .at = acting.now});
  if (!moved) return tl::unexpected(moved.error());
  return reason;
}

void begin_target(db::Tx& tx, const Settings& settings, const queue::Item& item, const System& system, const RunConfig& config,
                  const queue::Acting& acting, std::vector<Started>& runs) {
  runs.push_back(begin_run(tx, settings, item, system, config, acting));
  (void)tx.execute(sql::begin_target, {item.id, system.id, runs.back().test});
}

void record_skipped(db::Tx& tx, QueueId item, const System& system, const std::string& reason, const queue::Acting& acting) {
  audit::append(tx, {.actor = acting.actor,
                     .from_address = acting.from_address,
                     .action = "test.skip_system",
                     .subject_type = "queue_item",
                     .subject_id = std::to_string(item.value),
                     .before = nullptr,
                     .after = json::object{{"system_id", system.id.value}, {"system", system.name}},
                     .reason = reason,
                     .at = acting.now});
}

// ---------------------------------------------------------------- going on

// One system that still waits: begun, skipped, or still busy.
void continue_target(db::Tx& tx, const Settings& settings, const queue::Item& item, const RunConfig& config, const db::Row& target,
                     const queue::Acting& acting) {
  const SystemId id{target.integer("system_id")};
  const auto system = catalogue::find_system(tx, id).value();
  auto problem = target.boolean("is_gone")       ? std::optional<std::string>("it is no test system any more")
                 : !target.boolean("is_missing") ? std::optional<std::string>("the erratum is not missing there any more")
                                                 : std::nullopt;
  if (!problem && target.boolean("is_busy")) return;
  if (!problem) problem = unusable(system, acting.now);
  std::vector<Started> runs;
  if (!problem) return begin_target(tx, settings, item, system, config, acting, runs);
  (void)tx.execute(sql::skip_target, {item.id, id, *problem});
  record_skipped(tx, item.id, system, *problem, acting);
  log::info("engine", "a system of a test on all systems is skipped", {{"system", system.name}, {"reason", *problem}});
}

bool is_under_way(queue::Status status) {
  return status == queue::Status::Testing || status == queue::Status::NeedsReboot || status == queue::Status::Rebooting;
}

void continue_group(db::Tx& tx, const Settings& settings, QueueId id, Time now) {
  (void)tx.execute(sql::serialise_starts);
  const auto item = queue::lock(tx, id);
  const auto group = tx.execute(sql::group_config, {id});
  if (!item || !is_under_way(item->status) || group.empty()) return;
  const auto config =
      configure(run_defaults(tx, settings, item->target_os), group[0].json_value("test_config").as_object(), item->target_os);
  if (!config)
    return log::error("engine", "a stored test configuration is not valid any more", {{"queue_id", id}, {"error", config.error().message}});
  const queue::Acting acting{group[0].text("started_by"), {}, now};
  for (const auto target : tx.execute(sql::waiting_targets, {id, item->erratum}))
    continue_target(tx, settings, *item, *config, target, acting);
  settle_group(tx, settings, *item, now);
}

void retry_group(db::Tx& tx, QueueId id, Time now) {
  const auto item = queue::lock(tx, id);
  if (!item || item->status != queue::Status::Queued || !item->autostart) return;
  (void)tx.execute(sql::reset_targets, {id});
  const auto moved = to_testing(tx, id, "tested again on the systems where it has not passed", {"engine", {}, now});
  if (!moved) log::error("engine", "a retry on all systems could not start", {{"queue_id", id}, {"error", moved.error().message}});
}

std::vector<QueueId> ids_of(db::Pool& pool, const db::Statement& statement) {
  db::Tx tx(pool);
  std::vector<QueueId> ids;
  for (const auto row : tx.execute(statement)) ids.push_back(QueueId{row.integer("id")});
  tx.commit();
  return ids;
}

}  // namespace

Result<StartedOnAll> start_on_all(db::Tx& tx, const Settings& settings, const StartOrder& order, const queue::Acting& acting) {
  (void)tx.execute(sql::serialise_starts);
  const auto item = choose_item(tx, order, acting.now);
  if (!item) return tl::unexpected(item.error());
  const auto config = configure(run_defaults(tx, settings, item->target_os), order.test_config, item->target_os);
  if (!config) return tl::unexpected(config.error());
  // Says why none is free, in the same words as a start on one system.
  if (const auto any = choose_system(tx, settings, order, *item, acting.now); !any) return tl::unexpected(any.error());

  std::set<SystemId> free;
  for (const auto& system : catalogue::free_test_systems(tx, item->target_os)) free.insert(system.id);
  (void)tx.execute(sql::forget_group, {item->id});
  (void)tx.execute(sql::insert_group, {item->id, order.test_config, acting.actor, acting.now});
  StartedOnAll started{item->id, item->erratum, {}, {}, {}};
  for (const auto& system : eligible_systems(tx, *item)) {
    const auto problem = unusable(system, acting.now);
    (void)tx.execute(sql::insert_target, {item->id, system.id, problem});
    if (problem) {
      started.skipped.push_back({system, *problem});
      record_skipped(tx, item->id, system, *problem, acting);
    } else if (free.contains(system.id)) {
      begin_target(tx, settings, *item, system, *config, acting, started.runs);
    } else {
      started.waiting.push_back(system);
    }
  }
  if (started.runs.empty()) {
    return fail(ErrorCode::Conflict, fmt::format("every free test system of {} that misses {} is offline; none can be tested now",
                                                 item->target_os, item->erratum.value));
  }
  const auto moved = to_testing(tx, item->id, fmt::format("tested on {} systems", started.runs.size() + started.waiting.size()), acting);
  if (!moved) return tl::unexpected(moved.error());
  return started;
}

std::optional<GroupState> group_state(db::Tx& tx, QueueId item) {
  const auto rows = tx.execute(sql::group_runs, {item});
  if (rows.empty()) return std::nullopt;
  GroupState state;
  for (const auto row : rows) {
    if (!row.is_null("skipped_reason")) continue;
    if (row.is_null("test_id") || row.text("status") == "running") {
      ++state.unfinished;
      continue;
    }
    EndedRun run{TestId{row.integer("test_id")},
                 row.text("name"),
                 {},
                 row.text_or_null("failure_phase").value_or(""),
                 row.text_or_null("failure_reason").value_or("")};
    if (const auto verdict = row.text_or_null("verdict")) run.ending.verdict = parse_verdict(*verdict);
    if (const auto kind = row.text_or_null("failure_class")) run.ending.kind = queue::parse_failure_class(*kind);
    run.ending.was_aborted = row.boolean("aborted");
    run.ending.was_forced = row.boolean("forced");
    state.ended.push_back(std::move(run));
  }
  return state;
}

void continue_groups(db::Pool& pool, const Clock& clock, const Settings& settings) {
  for (const auto id : ids_of(pool, sql::groups_to_retry)) {
    db::Tx tx(pool);
    retry_group(tx, id, clock.now());
    tx.commit();
  }
  for (const auto id : ids_of(pool, sql::groups_under_way)) {
    db::Tx tx(pool);
    continue_group(tx, settings, id, clock.now());
    tx.commit();
  }
}

}  // namespace spm::engine
