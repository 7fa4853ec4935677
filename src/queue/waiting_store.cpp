// Reads what the reasons of queue/waiting.hpp are made of, for a page of items at once.

#include <fmt/format.h>

#include <set>

#include "catalogue/catalogue.hpp"
#include "queue/queue_sql.hpp"
#include "queue/store.hpp"

namespace spm::queue::store {
namespace {

struct Systems {
  std::vector<catalogue::System> all;
  std::map<std::int64_t, std::string> busy_with;           // by system
  std::set<std::pair<std::string, std::int64_t>> missing;  // erratum, system
  std::map<QueueId, std::vector<std::string>> unfinished;  // of tests on all systems
  std::set<QueueId> in_batches;                            // and not started
};

Systems read_systems(db::Tx& tx, const std::vector<Entry>& entries) {
  std::vector<std::int64_t> items;
  std::vector<std::string> errata;
  for (const Entry& entry : entries) {
    items.push_back(entry.item.id.value);
    if (entry.item.status == Status::Queued) errata.push_back(entry.item.erratum.value);
  }
  Systems systems;
  if (!errata.empty()) {
    systems.all = catalogue::test_systems(tx);
    for (const db::Row row : tx.execute(sql::runs_under_way))
      systems.busy_with[row.integer("system_id")] = fmt::format("test {} of {}", row.integer("id"), row.text("advisory_name"));
    for (const db::Row row : tx.execute(sql::missing_on_test_systems, {errata}))
      systems.missing.emplace(row.text("advisory_name"), row.integer("system_id"));
    for (const db::Row row : tx.execute(sql::waiting_in_batches, {items})) systems.in_batches.insert(QueueId{row.integer("queue_id")});
  }
  for (const db::Row row : tx.execute(sql::unfinished_targets, {items})) {
    const auto test = row.integer_or_null("test_id");
    systems.unfinished[QueueId{row.integer("queue_id")}].push_back(
        fmt::format("{} ({})", row.text("name"), test ? fmt::format("test {}", *test) : "busy, its test starts by itself"));
  }
  return systems;
}

WaitingFacts facts_of(const Entry& entry, const Systems& systems, Time now) {
  const Item& item = entry.item;
  WaitingFacts facts;
  facts.status = item.status;
  facts.was_asked_for = item.autostart || systems.in_batches.contains(item.id);
  facts.retry_after = item.retry_after;
  facts.snooze_until = item.snooze_until;
  if (item.failure) facts.failure_reason = item.failure->reason;
  if (const auto found = systems.unfinished.find(item.id); found != systems.unfinished.end()) facts.unfinished_systems = found->second;
  for (const catalogue::System& system : systems.all) {
    if (system.target_os != item.target_os) continue;
    const auto busy = systems.busy_with.find(system.id.value);
    facts.systems.push_back({system.name, systems.missing.contains({item.erratum.value, system.id.value}),
                             busy == systems.busy_with.end() ? "" : busy->second, system.quarantined_at.has_value(),
                             catalogue::offline_reason(system, now).value_or("")});
  }
  return facts;
}

}  // namespace

void add_waiting(db::Tx& tx, std::vector<Entry>& entries, Time now) {
  if (entries.empty()) return;
  const Systems systems = read_systems(tx, entries);
  for (Entry& entry : entries) entry.waiting = waiting_reason(facts_of(entry, systems, now));
}

std::vector<Target> targets(db::Tx& tx, QueueId item) {
  std::vector<Target> all;
  for (const db::Row row : tx.execute(sql::targets, {item})) {
    const auto test = row.integer_or_null("test_id");
    all.push_back({SystemId{row.integer("system_id")}, row.text("name"), row.text("state"),
                   test ? std::optional(TestId{*test}) : std::nullopt, row.text_or_null("skipped_reason").value_or("")});
  }
  return all;
}

}  // namespace spm::queue::store
