#include "engine/commit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "catalogue/catalogue.hpp"
#include "engine/fate.hpp"
#include "engine/finish.hpp"
#include "engine/phases.hpp"
#include "engine/quarantine.hpp"
#include "engine/snapshots.hpp"
#include "engine/store.hpp"
#include "engine/transition.hpp"
#include "log/log.hpp"
#include "notifications/notifications.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;

// What a step's answer comes to, before it is written.
struct PhaseResult {
  Answer answer = Answer::Done;
  store::PhaseEnd end;
  json::object facts;
  FailureClass kind = FailureClass::Infra;  // of a failure
  bool skips_rollback = false;              // of an abort
};

PhaseResult result_of(const Run& run, const Outcome& outcome) {
  const auto trouble = row_of(run.phase).trouble;
  if (const auto* done = std::get_if<Done>(&outcome))
    return {Answer::Done, {"completed", done->detail, done->evidence}, done->facts, trouble};
  if (const auto* skipped = std::get_if<Skipped>(&outcome))
    return {Answer::Skipped, {"skipped", skipped->why, skipped->evidence}, skipped->facts, trouble};
  if (const auto* retry = std::get_if<Retry>(&outcome)) return {Answer::Retry, {"failed", retry->error, {}}, {}, trouble};
  const auto& failed = std::get<Fail>(outcome);
  return {Answer::Fail, {"failed", failed.reason, failed.evidence}, failed.facts, failed.kind};
}

void publish(db::Tx& tx, const Run& run, json::object payload, Time now) {
  payload["test_id"] = run.id.value;
  payload["errata_id"] = run.erratum.value;
  payload["system_id"] = run.system.value;
  notifications::publish(tx, {.topic = "test", .queue_id = run.item, .test_id = run.id, .payload = std::move(payload), .at = now});
}

void close_phase(db::Tx& tx, const Run& run, const PhaseResult& result, Time now) {
  store::close_phase(tx, run, result.end, now);
  publish(tx, run,
          {{"type", "test.phase_ended"},
           {"phase", to_string(run.phase)},
           {"attempt", run.attempt},
           {"status", result.end.status},
           {"detail", result.end.detail}},
          now);
  const auto level = result.end.status == "failed" ? log::Level::Warning : log::Level::Info;
  log::write(level, "engine", fmt::format("{} {}: {}", to_string(run.phase), result.end.status, result.end.detail));
}

// A failure on the way speaks about the test, one on the way back about the system.
void record_failure(db::Tx& tx, const Run& run, const Lease& lease, const PhaseResult& result, Time now) {
  const auto left_by = [&] { return fmt::format("test {} of {}", run.id.value, run.erratum.value); };
  if (result.answer == Answer::Abort) {
    if (!is_way_back(run.phase)) store::decide(tx, lease, {std::nullopt, run.phase, std::nullopt, result.end.detail});
    if (!result.skips_rollback || !may_have_changed_system(run.phase)) return;
    store::set_rollback_status(tx, lease, "skipped");
    quarantine(
        tx, run,
        fmt::format("{} left the system as it was in {}, as asked (skip_rollback): {}", left_by(), to_string(run.phase), result.end.detail),
        "engine", now);
    return;
  }
  if (is_way_back(run.phase)) {
    store::set_rollback_status(tx, lease, "failed");
    quarantine(tx, run, fmt::format("{} could not put the system back: {}", left_by(), result.end.detail), "engine", now);
    return;
  }
  store::decide(tx, lease, {verdict_of(result.kind), run.phase, result.kind, result.end.detail});
}

void record_success(db::Tx& tx, const Run& run, const Lease& lease) {
  if (run.phase == Phase::Verdict) store::decide(tx, lease, {Verdict::Passed, std::nullopt, std::nullopt, std::nullopt});
  if (run.phase == Phase::PostRollback) store::set_rollback_status(tx, lease, "verified");
}

void enter(db::Tx& tx, const Settings& settings, const Run& run, const Lease& lease, const Step& step, const json::object& facts,
           Time now) {
  const bool is_again = step.phase == run.phase;
  const auto start = is_again ? now + scaled(10s * run.attempt, settings.time_factor) : now;
  if (step.phase == Phase::Rollback && !is_again) store::set_rollback_status(tx, lease, "in_progress");
  store::enter_phase(tx, lease, step.phase, step.attempt, start, facts);
  store::open_phase(tx, run.id, step.phase, step.attempt, now, start + deadline_of(step.phase, run.config, settings));
  publish(tx, run, {{"type", "test.phase_started"}, {"phase", to_string(step.phase)}, {"attempt", step.attempt}}, now);
}

// The abort was answered with "aborted" while the step was being taken: it wins over what the step found, which stays as evidence.
PhaseResult aborted(const store::AbortRequest& request, PhaseResult found) {
  found.answer = Answer::Abort;
  found.skips_rollback = request.skips_rollback;
  found.end.status = "failed";
  found.end.detail = fmt::format("aborted{}{}{}", request.reason.empty() ? "" : ": ", request.reason,
                                 found.end.detail.empty() ? "" : fmt::format(" (the step had just answered: {})", found.end.detail));
  found.facts["aborted"] = true;
  return found;
}

// What the pre-check learned of the system is there for whoever chooses the next one.
void note_reachability(db::Tx& tx, const Settings& settings, const Run& run, const PhaseResult& result, Time now) {
  if (run.phase != Phase::PreCheck) return;
  if (result.answer == Answer::Done) catalogue::mark_reachable(tx, run.system);
  if (result.answer == Answer::Fail && result.facts.contains("unreachable"))
    catalogue::mark_unreachable(tx, run.system, now, now + scaled(settings.infra_retry_after, settings.time_factor));
}

void commit_result(db::Pool& pool, const Settings& settings, const Run& run, const Lease& lease, PhaseResult result, Time now) {
  db::Tx tx(pool);
  const auto abort = store::hold_run(tx, lease);
  if (abort && (!is_way_back(run.phase) || abort->skips_rollback)) result = aborted(*abort, std::move(result));
  const Step step = next({run.phase, run.attempt, result.answer, run.config.restore_after_test, result.skips_rollback});
  close_phase(tx, run, result, now);
  note_reachability(tx, settings, run, result, now);
  if (run.phase == Phase::Snapshot) record_snapshot(tx, run, result.facts, now);
  if (step.is_failure)
    record_failure(tx, run, lease, result, now);
  else if (result.answer != Answer::Retry)
    record_success(tx, run, lease);
  if (step.phase == Phase::Done)
    finish(tx, settings, run, lease, result.facts, now);
  else
    enter(tx, settings, run, lease, step, result.facts, now);
  tx.commit();
}

}  // namespace

void commit_outcome(db::Pool& pool, const Settings& settings, const Run& run, const Lease& lease, const Outcome& outcome, Time now) {
  const auto* wait = std::get_if<WaitUntil>(&outcome);
  if (wait == nullptr) return commit_result(pool, settings, run, lease, result_of(run, outcome), now);
  // Never later than the deadline that ends the wait.
  const auto latest = is_way_back(run.phase) ? run.phase_deadline : std::min(run.phase_deadline, run.deadline);
  db::Tx tx(pool);
  store::release_run(tx, lease, std::min(wait->until, latest), wait->why, wait->facts);
  tx.commit();
}

void commit_abort(db::Pool& pool, const Settings& settings, const Run& run, const Lease& lease, Time now) {
  commit_result(pool, settings, run, lease, {}, now);  // which finds the request
}

}  // namespace spm::engine
