#include "engine/choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "catalogue/catalogue.hpp"
#include "engine/engine_sql.hpp"

namespace spm::engine {
namespace {

using catalogue::System;

tl::unexpected<Error> already_running(const std::string& message, const db::Row& run) {
  return fail(ErrorCode::TestAlreadyRunning, message,
              {{"current_test_id", run.integer("id")}, {"current_errata", run.text("advisory_name")}});
}

// Why no system of this OS is free: all are busy, or there are none that may be used.
tl::unexpected<Error> no_free_system(db::Tx& tx, const std::string& target_os) {
  const auto running = tx.execute(sql::open_run_of_os, {target_os});
  if (!running.empty()) {
    return already_running(fmt::format("no test system of {} is free; test {} of {} is running", target_os, running[0].integer("id"),
                                       running[0].text("advisory_name")),
                           running[0]);
  }
  return fail(
      ErrorCode::NotFound,
      fmt::format("there is no test system of {} that could be used: none is known, or all are in quarantine, offline or gone", target_os));
}

Result<queue::Item> item_by_id(db::Tx& tx, const StartOrder& order) {
  const auto item = queue::lock(tx, *order.item);
  if (!item) return fail(ErrorCode::NotFound, fmt::format("queue item {} does not exist", order.item->value));
  if (item->status != queue::Status::Queued) {
    return fail(ErrorCode::InvalidTransition,
                fmt::format("queue item {} ({}) is {}; only a queued one can be tested", item->id.value, item->erratum.value,
                            queue::to_string(item->status)),
                {{"queue_id", item->id.value}, {"status", queue::to_string(item->status)}});
  }
  if (order.target_os && *order.target_os != item->target_os) {
    return fail(ErrorCode::ValidationError, "the request contradicts itself",
                {{"fields", {{"target_os", fmt::format("queue item {} is for {}", item->id.value, item->target_os)}}}});
  }
  return *item;
}

// Free test systems that the order allows.
std::vector<System> usable_systems(db::Tx& tx, const StartOrder& order, const std::string& target_os, Time now) {
  auto free = catalogue::free_test_systems(tx, target_os);
  if (order.system) std::erase_if(free, [&](const System& system) { return system.id != *order.system; });
  if (order.offline == Offline::Never)
    std::erase_if(free, [&](const System& system) { return catalogue::offline_reason(system, now).has_value(); });
  return free;
}

// The first in queue order among those that a free system can test: an item that nothing can test now does not block the others.
Result<queue::Item> first_startable(db::Tx& tx, const StartOrder& order, Time now) {
  const auto& target_os = *order.target_os;
  std::vector<std::int64_t> usable;
  for (const auto& system : usable_systems(tx, order, target_os, now)) usable.push_back(system.id.value);
  const auto mode = queue::load_mode(tx);
  std::optional<queue::OrderKey> first;
  for (const auto row : tx.execute(sql::startable_items, {target_os, order.which == queue::Which::AutostartOnly, usable})) {
    const queue::OrderKey key{row.integer("priority_override"), row.boolean("requires_reboot"), row.integer("success_score"),
                              row.real("urgency_score"), row.integer("id")};
    if (!first || queue::comes_before(key, *first, mode)) first = key;
  }
  if (first) {
    const auto item = queue::lock(tx, QueueId{first->id});
    if (item && item->status == queue::Status::Queued) return *item;
  }
  const auto waiting = queue::next(tx, target_os, mode, order.which);
  if (!waiting) return fail(ErrorCode::NoItemsInQueue, fmt::format("nothing is queued for {}", target_os));
  return *waiting;  // which cannot start; choose_system() says why
}

Result<bool> check_asked_system(db::Tx& tx, SystemId id, const std::string& target_os) {
  const auto system = catalogue::find_system(tx, id);
  if (!system) return fail(ErrorCode::NotFound, fmt::format("system {} is not known", id.value));
  const auto wrong = [](std::string problem) {
    return fail(ErrorCode::ValidationError, "this system cannot be used", {{"fields", {{"system_id", std::move(problem)}}}});
  };
  if (system->role != catalogue::Role::Test) return wrong(fmt::format("{} is not a test system", system->name));
  if (system->target_os != target_os)
    return wrong(fmt::format("{} runs {}, not {}", system->name, system->target_os.value_or("an unknown OS"), target_os));
  if (system->quarantined_at) {
    return fail(ErrorCode::Conflict, fmt::format("{} is in quarantine: {}; release it first", system->name,
                                                 system->quarantine_reason.value_or("no reason recorded")));
  }
  const auto running = tx.execute(sql::open_run_on, {id});
  if (running.empty()) return true;
  return already_running(
      fmt::format("{} is busy with test {} of {}", system->name, running[0].integer("id"), running[0].text("advisory_name")), running[0]);
}

std::size_t preference(const Settings& settings, const System& system) {
  const auto& preferred = settings.preferred_systems;
  const auto found = std::find_if(preferred.begin(), preferred.end(),
                                  [&](const std::string& wish) { return wish == system.name || wish == std::to_string(system.id.value); });
  return static_cast<std::size_t>(found - preferred.begin());
}

}  // namespace

Result<queue::Item> choose_item(db::Tx& tx, const StartOrder& order, Time now) {
  if (order.item) return item_by_id(tx, order);
  if (order.target_os) return first_startable(tx, order, now);
  return fail(ErrorCode::ValidationError, "what to test was not said",
              {{"fields", {{"target_os", "is required when queue_id is not given"}}}});
}

Result<System> choose_system(db::Tx& tx, const Settings& settings, const StartOrder& order, const queue::Item& item, Time now) {
  if (order.system) {
    const auto usable = check_asked_system(tx, *order.system, item.target_os);
    if (!usable) return tl::unexpected(usable.error());
  }
  auto free = usable_systems(tx, order, item.target_os, now);
  if (free.empty()) return no_free_system(tx, item.target_os);

  const auto missing = catalogue::applicable_systems(tx, item.erratum);
  std::erase_if(free, [&](const System& system) {
    return std::none_of(missing.begin(), missing.end(), [&](const auto& applicable) { return applicable.system.id == system.id; });
  });
  if (free.empty()) {
    return fail(ErrorCode::Conflict, fmt::format("{} is not missing on any free test system of {} according to the last sync",
                                                 item.erratum.value, item.target_os));
  }
  const auto rank = [&](const System& system) {
    return std::tuple(catalogue::offline_reason(system, now).has_value(), preference(settings, system), system.id.value);
  };
  return *std::min_element(free.begin(), free.end(), [&](const System& a, const System& b) { return rank(a) < rank(b); });
}

}  // namespace spm::engine
