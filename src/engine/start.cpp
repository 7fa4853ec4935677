#include "engine/start.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "checks/checks.hpp"
#include "engine/engine_sql.hpp"
#include "engine/phases.hpp"
#include "engine/store.hpp"
#include "log/log.hpp"
#include "outbox/outbox.hpp"

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
  return fail(ErrorCode::NotFound,
              fmt::format("there is no test system of {} that could be used: none is known, or all are in quarantine or gone", target_os));
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

// The first in queue order among those that a free system can test: an item that nothing can test now does not block the others.
Result<queue::Item> first_startable(db::Tx& tx, const StartOrder& order) {
  const auto& target_os = *order.target_os;
  const auto mode = queue::load_mode(tx);
  std::optional<queue::OrderKey> first;
  for (const auto row : tx.execute(sql::startable_items, {target_os, order.which == queue::Which::AutostartOnly, order.system})) {
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

Result<queue::Item> choose_item(db::Tx& tx, const StartOrder& order) {
  if (order.item) return item_by_id(tx, order);
  if (order.target_os) return first_startable(tx, order);
  return fail(ErrorCode::ValidationError, "what to test was not said",
              {{"fields", {{"target_os", "is required when queue_id is not given"}}}});
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

Result<System> choose_system(db::Tx& tx, const Settings& settings, const StartOrder& order, const queue::Item& item) {
  if (order.system) {
    const auto usable = check_asked_system(tx, *order.system, item.target_os);
    if (!usable) return tl::unexpected(usable.error());
  }
  auto free = catalogue::free_test_systems(tx, item.target_os);
  if (order.system) std::erase_if(free, [&](const System& system) { return system.id != *order.system; });
  if (free.empty()) return no_free_system(tx, item.target_os);

  const auto missing = catalogue::applicable_systems(tx, item.erratum);
  std::erase_if(free, [&](const System& system) {
    return std::none_of(missing.begin(), missing.end(), [&](const auto& applicable) { return applicable.system.id == system.id; });
  });
  if (free.empty()) {
    return fail(ErrorCode::Conflict, fmt::format("{} is not missing on any free test system of {} according to the last sync",
                                                 item.erratum.value, item.target_os));
  }
  return *std::min_element(free.begin(), free.end(), [&](const System& a, const System& b) {
    return std::pair(preference(settings, a), a.id.value) < std::pair(preference(settings, b), b.id.value);
  });
}

Subject subject_of(db::Tx& tx, const queue::Item& item, const System& system) {
  Subject subject{system.name, system.minion_id, system.ip, {}, item.requires_reboot};
  const auto erratum = catalogue::find(tx, item.erratum);
  if (!erratum) return subject;
  subject.reboot_expected = item.requires_reboot || erratum->reboot_suggested;
  if (erratum->packages) {
    for (const auto& package : *erratum->packages) subject.package_names.push_back(package.name);
    std::sort(subject.package_names.begin(), subject.package_names.end());
    subject.package_names.erase(std::unique(subject.package_names.begin(), subject.package_names.end()), subject.package_names.end());
  }
  return subject;
}

std::chrono::minutes estimate(const RunConfig& config, bool with_reboot) {
  constexpr std::chrono::seconds kWork{240};
  constexpr std::chrono::seconds kReboot{180};
  const auto reboot = with_reboot ? kReboot + config.wait_after_reboot : std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::minutes>(kWork + config.wait_after_patch + reboot);
}

void record(db::Tx& tx, const Started& started, const RunConfig& config, const queue::Acting& acting) {
  json::object what{{"test_id", started.test.value},
                    {"errata_id", started.erratum.value},
                    {"system_id", started.system.id.value},
                    {"system", started.system.name}};
  json::object after = what;
  after["queue_id"] = started.item.value;
  after["test_config"] = to_json(config);
  audit::append(tx, {.actor = acting.actor,
                     .from_address = acting.from_address,
                     .action = "test.start",
                     .subject_type = "test",
                     .subject_id = std::to_string(started.test.value),
                     .before = nullptr,
                     .after = std::move(after),
                     .reason = {},
                     .at = acting.now});
  what["type"] = "test.started";
  outbox::publish(tx, {.topic = "test", .queue_id = started.item, .test_id = started.test, .payload = what, .at = acting.now});
  outbox::publish(tx, {.topic = "test",
                       .queue_id = started.item,
                       .test_id = started.test,
                       .payload = {{"type", "test.phase_started"},
                                   {"test_id", started.test.value},
                                   {"errata_id", started.erratum.value},
                                   {"system_id", started.system.id.value},
                                   {"phase", to_string(Phase::PreCheck)},
                                   {"attempt", 1}},
                       .at = acting.now});
  log::info("engine", "test started", {{"test_id", started.test}, {"errata_id", started.erratum}, {"system", started.system.name}});
}

}  // namespace

Result<Started> start(db::Tx& tx, const Settings& settings, const StartOrder& order, const queue::Acting& acting) {
  (void)tx.execute(sql::serialise_starts);
  const auto item = choose_item(tx, order);
  if (!item) return tl::unexpected(item.error());
  auto config = configure(settings.defaults, order.test_config, item->target_os);
  if (!config) return tl::unexpected(config.error());
  const auto system = choose_system(tx, settings, order, *item);
  if (!system) return tl::unexpected(system.error());

  for (auto& check : checks::applicable(tx, system->id, item->target_os, system->groups)) config->custom_checks.push_back(std::move(check));

  const auto subject = subject_of(tx, *item, *system);
  const auto now = acting.now;
  const auto test = store::insert_run(
      tx, {item->id, item->erratum, system->id, item->target_os, now + config->timeout, *config, subject, acting.actor}, now);
  store::open_phase(tx, test, Phase::PreCheck, 1, now, now + deadline_of(Phase::PreCheck, *config, settings));
  const auto moved = queue::advance(tx, {.item = item->id,
                                         .from = queue::Status::Queued,
                                         .to = queue::Status::Testing,
                                         .actor = acting.actor,
                                         .from_address = acting.from_address,
                                         .reason = fmt::format("test {} on {}", test.value, system->name),
                                         .at = now,
                                         .failure = {},
                                         .retry_after = {},
                                         .snooze_until = {},
                                         .superseded_by = {}});
  if (!moved) return tl::unexpected(moved.error());
  const Started started{test, item->id, item->erratum, *system, now, estimate(*config, subject.reboot_expected)};
  record(tx, started, *config, acting);
  return started;
}

}  // namespace spm::engine
