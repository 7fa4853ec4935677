#include "engine/finish.hpp"

#include <fmt/format.h>

#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "engine/evidence.hpp"
#include "engine/fate.hpp"
#include "engine/store.hpp"
#include "log/log.hpp"
#include "outbox/outbox.hpp"
#include "queue/queue.hpp"
#include "scoring/scoring.hpp"

namespace spm::engine {
namespace {

struct End {
  Ending ending;
  std::string failure_phase;
  std::string failure_reason;
};

queue::Change change_of(const Settings& settings, const Run& run, const End& end, const queue::Item& item, Time now) {
  const Fate fate = fate_of(end.ending, item.retry_count, settings);
  queue::Change change{.item = run.item,
                       .from = item.status,
                       .to = fate.status,
                       .actor = "engine",
                       .from_address = {},
                       .reason = fmt::format("test {} on {} {}", run.id.value, run.subject.system_name, result_of(end.ending)),
                       .at = now,
                       .failure = {},
                       .retry_after = {},
                       .snooze_until = {},
                       .superseded_by = {}};
  if (fate.status != queue::Status::PendingApproval) {
    change.failure = queue::Failure{end.failure_phase, end.ending.kind.value_or(queue::FailureClass::Infra), end.failure_reason};
  }
  if (fate.retry_after) change.retry_after = now + scaled(*fate.retry_after, settings.time_factor);
  return change;
}

// The run ends whatever became of its item meanwhile: an item that somebody took elsewhere is left where it is.
void move_item(db::Tx& tx, const Settings& settings, const Run& run, const End& end, Time now) {
  const auto item = queue::lock(tx, run.item);
  if (!item) return log::error("engine", "the queue item of a finished test is gone", {{"queue_id", run.item}});
  const auto change = change_of(settings, run, end, *item, now);
  const auto moved = queue::advance(tx, change);
  if (!moved)
    log::error("engine", "the queue item of a finished test could not be moved",
               {{"queue_id", run.item}, {"error", moved.error().message}});
}

void learn(db::Tx& tx, const Run& run, const End& end, Time now) {
  if (counts_in_history(end.ending)) scoring::record_test(tx, run.erratum, end.ending.verdict == Verdict::Passed, now);
  if (const auto further = number_fact(run, "further_packages"))
    catalogue::record_dependency_count(tx, run.erratum, static_cast<int>(*further), now);
}

void record(db::Tx& tx, const Run& run, const End& end, Time now) {
  const auto result = result_of(end.ending);
  json::object after{{"result", result}};
  if (!end.failure_reason.empty()) {
    after["failure_phase"] = end.failure_phase;
    after["failure_reason"] = end.failure_reason;
    if (end.ending.kind) after["failure_class"] = queue::to_string(*end.ending.kind);
  }
  audit::append(tx, {.actor = "engine",
                     .from_address = {},
                     .action = "test.finish",
                     .subject_type = "test",
                     .subject_id = std::to_string(run.id.value),
                     .before = json::object{{"status", "running"}},
                     .after = after,
                     .reason = end.failure_reason,
                     .at = now});
  json::object payload = after;
  payload["type"] = "test.finished";
  payload["test_id"] = run.id.value;
  payload["errata_id"] = run.erratum.value;
  payload["system_id"] = run.system.value;
  outbox::publish(tx, {.topic = "test", .queue_id = run.item, .test_id = run.id, .payload = std::move(payload), .at = now});
  log::info("engine", fmt::format("test {}", result), {{"system", run.subject.system_name}, {"reason", end.failure_reason}});
}

End end_of(const Run& decided) {
  End end;
  end.ending = {decided.verdict, decided.failure_class, flag_fact(decided, "aborted")};
  end.failure_phase = decided.failure_phase.value_or("");
  end.failure_reason = decided.failure_reason.value_or("");
  return end;
}

}  // namespace

void finish(db::Tx& tx, const Settings& settings, const Run& run, const Lease& lease, const json::object& facts, Time now) {
  Run decided = store::claimed_run(tx, {run.id, lease.fence()});  // with what this transaction has just decided
  for (const auto& [name, value] : facts) decided.facts[name] = value;
  const End end = end_of(decided);
  store::finish_run(tx, lease, result_of(end.ending), now, facts);
  seal(tx, decided, end.ending.verdict == Verdict::Passed && !end.ending.was_aborted, now);
  move_item(tx, settings, decided, end, now);
  learn(tx, decided, end, now);
  record(tx, decided, end, now);
}

}  // namespace spm::engine
