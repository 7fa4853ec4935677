#include "engine/commit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "engine/fate.hpp"
#include "engine/finish.hpp"
#include "engine/phases.hpp"
#include "engine/snapshots.hpp"
#include "engine/store.hpp"
#include "engine/transition.hpp"
#include "log/log.hpp"
#include "outbox/outbox.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;

// What a step's answer comes to, before it is written.
struct PhaseResult {
  Answer answer = Answer::Done;
  store::PhaseEnd end;
  json::object facts;
  FailureClass kind = FailureClass::Infra;  // of a failure
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
  outbox::publish(tx, {.topic = "test", .queue_id = run.item, .test_id = run.id, .payload = std::move(payload), .at = now});
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

// Nobody can say in which state the system is: no test may use it until a person has looked.
void quarantine(db::Tx& tx, const Run& run, const std::string& reason, Time now) {
  const auto why = fmt::format("test {} of {} could not put the system back: {}", run.id.value, run.erratum.value, reason);
  catalogue::quarantine(tx, run.system, why, now);
  audit::append(tx, {.actor = "engine",
                     .from_address = {},
                     .action = "system.quarantine",
                     .subject_type = "system",
                     .subject_id = std::to_string(run.system.value),
                     .before = nullptr,
                     .after = json::object{{"quarantined_at", format_time(now)}, {"test_id", run.id.value}},
                     .reason = why,
                     .at = now});
  outbox::publish(
      tx, {.topic = "system",
           .queue_id = run.item,
           .test_id = run.id,
           .payload = {{"type", "system.quarantined"}, {"system_id", run.system.value}, {"name", run.subject.system_name}, {"reason", why}},
           .at = now});
  log::error("engine", "a test system went into quarantine", {{"system", run.subject.system_name}, {"reason", why}});
}

// A failure on the way speaks about the test, one on the way back about the system.
void record_failure(db::Tx& tx, const Run& run, const Lease& lease, const PhaseResult& result, Time now) {
  if (is_way_back(run.phase)) {
    store::set_rollback_status(tx, lease, "failed");
    quarantine(tx, run, result.end.detail, now);
    return;
  }
  if (result.answer == Answer::Abort) {
    store::decide(tx, lease, {std::nullopt, run.phase, std::nullopt, result.end.detail});
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

void commit_result(db::Pool& pool, const Settings& settings, const Run& run, const Lease& lease, const PhaseResult& result, Time now) {
  const Step step = next({run.phase, run.attempt, result.answer, run.config.restore_after_test});
  db::Tx tx(pool);
  store::hold_run(tx, lease);
  close_phase(tx, run, result, now);
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
  PhaseResult result;
  result.answer = Answer::Abort;
  result.end = {"failed", fmt::format("aborted{}{}", run.abort_reason.empty() ? "" : ": ", run.abort_reason), {}};
  result.facts = {{"aborted", true}};
  commit_result(pool, settings, run, lease, result, now);
}

}  // namespace spm::engine
