#include "engine/finish.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "engine/bisect.hpp"
#include "engine/evidence.hpp"
#include "engine/fate.hpp"
#include "engine/group.hpp"
#include "engine/store.hpp"
#include "log/log.hpp"
#include "queue/queue.hpp"
#include "scoring/scoring.hpp"

namespace spm::engine {
namespace {

queue::Change change_of(const Settings& settings, const EndedRun& run, std::string reason, const queue::Item& item, Time now) {
  const Fate fate = fate_of(run.ending, item.retry_count, settings);
  queue::Change change{.item = item.id,
                       .from = item.status,
                       .to = fate.status,
                       .actor = "engine",
                       .from_address = {},
                       .reason = std::move(reason),
                       .at = now};
  if (fate.status != queue::Status::PendingApproval)
    change.failure = queue::Failure{run.failure_phase, run.ending.kind.value_or(queue::FailureClass::Infra), run.failure_reason};
  if (fate.retry_after) change.retry_after = now + scaled(*fate.retry_after, settings.time_factor);
  return change;
}

// The run ends whatever became of its item meanwhile: an item that somebody took elsewhere is left where it is.
void move(db::Tx& tx, const queue::Change& change) {
  const auto moved = queue::advance(tx, change);
  if (!moved)
    log::error("engine", "the queue item of a finished test could not be moved",
               {{"queue_id", change.item}, {"error", moved.error().message}});
}

// Several errata were tested in one run: what came of it is true of all of them, or says that halves of them must be tested.
void settle_set(db::Tx& tx, const Settings& settings, const Run& run, const EndedRun& end, Time now) {
  std::vector<QueueId> items{run.item};
  for (const auto& other : run.subject.further) items.push_back(other.item);
  std::sort(items.begin(), items.end());  // locks are taken in one order
  const auto halves = halves_after(items, outcome_of(end.ending));
  for (const auto& half : halves) add_half(tx, run.id, half);
  if (!halves.empty()) return;  // its items stay in testing
  for (const auto id : items) {
    const auto item = queue::lock(tx, id);
    const auto reason = fmt::format("test {} of {} errata on {} {}", run.id.value, items.size(), end.system, result_of(end.ending));
    if (item) move(tx, change_of(settings, end, reason, *item, now));
  }
}

void move_item(db::Tx& tx, const Settings& settings, const Run& run, const EndedRun& end, Time now) {
  close_set(tx, run.id, outcome_of(end.ending));
  if (!run.subject.further.empty()) return settle_set(tx, settings, run, end, now);
  const auto item = queue::lock(tx, run.item);
  if (!item) return log::error("engine", "the queue item of a finished test is gone", {{"queue_id", run.item}});
  if (group_state(tx, run.item)) return settle_group(tx, settings, *item, now);
  move(tx, change_of(settings, end, fmt::format("test {} on {} {}", run.id.value, end.system, result_of(end.ending)), *item, now));
}

void learn(db::Tx& tx, const Run& run, const EndedRun& end, Time now) {
  const bool has_passed = end.ending.verdict == Verdict::Passed;
  if (!run.subject.further.empty()) {
    // A set that failed says nothing about any one of its errata, and what changed with them belongs to none.
    if (!counts_in_history(end.ending) || !has_passed) return;
    scoring::record_test(tx, run.erratum, true, now);
    for (const auto& other : run.subject.further) scoring::record_test(tx, other.erratum, true, now);
    return;
  }
  if (counts_in_history(end.ending)) scoring::record_test(tx, run.erratum, has_passed, now);
  if (const auto further = number_fact(run, "further_packages"))
    catalogue::record_dependency_count(tx, run.erratum, static_cast<int>(*further), now);
}

void record(db::Tx& tx, const Run& run, const EndedRun& end, Time now) {
  const auto result = result_of(end.ending);
  json::object after{{"result", result}};
  if (!end.failure_reason.empty()) {
    after["failure_phase"] = end.failure_phase;
    after["failure_reason"] = end.failure_reason;
    if (end.ending.kind) after["failure_class"] = queue::to_string(*end.ending.kind);
  }
  audit::record(tx,
                {.actor = "engine",
                 .from_address = {},
                 .action = "test.finish",
                 .subject_type = "test",
                 .subject_id = std::to_string(run.id.value),
                 .before = json::object{{"status", "running"}},
                 .after = std::move(after),
                 .reason = end.failure_reason,
                 .at = now},
                {.topic = "test",
                 .type = "test.finished",
                 .queue_id = run.item,
                 .test_id = run.id,
                 .more = {{"test_id", run.id.value}, {"errata_id", run.erratum.value}, {"system_id", run.system.value}}});
  log::info("engine", fmt::format("test {}", result), {{"system", run.subject.system_name}, {"reason", end.failure_reason}});
}

EndedRun end_of(const Run& decided) {
  return {decided.id,
          decided.subject.system_name,
          {decided.verdict, decided.failure_class, flag_fact(decided, "aborted"), flag_fact(decided, "forced")},
          decided.failure_phase.value_or(""),
          decided.failure_reason.value_or("")};
}

}  // namespace

void settle_group(db::Tx& tx, const Settings& settings, const queue::Item& item, Time now) {
  const auto group = group_state(tx, item.id);
  if (!group || group->unfinished > 0) return;
  if (group->ended.empty()) {
    const EndedRun none{{},
                        {},
                        {Verdict::Error, queue::FailureClass::Infra, false, false},
                        std::string(to_string(Phase::PreCheck)),
                        "it was to be tested on all systems, and none of them could be used"};
    return move(tx, change_of(settings, none, none.failure_reason, item, now));
  }
  std::vector<Ending> endings;
  for (const auto& run : group->ended) endings.push_back(run.ending);
  const auto& run = group->ended[decisive(endings)];
  move(tx, change_of(settings, run,
                     fmt::format("tested on {} systems; test {} on {} {}", group->ended.size(), run.test.value, run.system,
                                 result_of(run.ending)),
                     item, now));
}

void finish(db::Tx& tx, const Settings& settings, const Run& run, const Lease& lease, const json::object& facts, Time now) {
  Run decided = store::claimed_run(tx, {run.id, lease.fence()});  // with what this transaction has just decided
  for (const auto& [name, value] : facts) decided.facts[name] = value;
  const EndedRun end = end_of(decided);
  store::finish_run(tx, lease, result_of(end.ending), now, facts);
  seal(tx, decided, end.ending.verdict == Verdict::Passed && !end.ending.was_aborted, now);
  move_item(tx, settings, decided, end, now);
  learn(tx, decided, end, now);
  record(tx, decided, end, now);
}

}  // namespace spm::engine
