#include "engine/interventions.hpp"

#include <fmt/format.h>

#include "audit/audit.hpp"
#include "base/json_write.hpp"
#include "engine/engine_sql.hpp"
#include "engine/finish.hpp"
#include "engine/quarantine.hpp"
#include "engine/store.hpp"
#include "engine/transition.hpp"
#include "log/log.hpp"

namespace spm::engine {
namespace {

// The run's row, locked, while it is under way.
Result<db::Rows> lock_running(db::Tx& tx, TestId test) {
  auto rows = tx.execute(sql::lock_test, {test});
  if (rows.empty()) return fail(ErrorCode::NotFound, fmt::format("test {} does not exist", test.value));
  const auto status = rows[0].text("status");
  if (status == "running") return rows;
  return fail(ErrorCode::Conflict, fmt::format("test {} of {} has ended already: {}", test.value, rows[0].text("advisory_name"), status),
              {{"test_id", test.value}, {"status", status}});
}

Phase phase_of(const db::Row& run) { return parse_phase(run.text("phase")).value_or(Phase::Done); }

json::object abort_json(const db::Row& run) {
  const bool was_changed = may_have_changed_system(phase_of(run));
  const bool goes_back = was_changed && !run.boolean("abort_skip_rollback");
  return {{"test_id", run.integer("id")},
          {"status", "aborted"},
          {"aborted_at", format_time(run.time("abort_requested_at"))},
          // On its way back the phase is that of the first request.
          {"aborted_phase", run.text_or_null("failure_phase").value_or(run.text("phase"))},
          {"rollback_performed", goes_back},
          {"rollback_type", goes_back ? or_null(run.text_or_null("rollback_type")) : json::value(nullptr)},
          {"rollback_status", goes_back     ? "in_progress"
                              : was_changed ? "skipped"
                                            : "not_needed"}};
}

void record(db::Tx& tx, const db::Row& run, const std::string& action, const std::string& reason, json::object after,
            const queue::Acting& acting) {
  audit::record(
      tx,
      {.actor = acting.actor,
       .from_address = acting.from_address,
       .action = action,
       .subject_type = "test",
       .subject_id = std::to_string(run.integer("id")),
       .before = json::object{{"status", run.text("status")}, {"phase", run.text("phase")}},
       .after = std::move(after),
       .reason = reason,
       .at = acting.now},
      {.topic = "test",
       .type = action == "test.abort" ? "test.abort_requested" : "test.forced_to_end",
       .queue_id = QueueId{run.integer("queue_id")},
       .test_id = TestId{run.integer("id")},
       .more = {{"test_id", run.integer("id")}, {"errata_id", run.text("advisory_name")}, {"system_id", run.integer("system_id")}}});
}

std::string decided_before(const Run& run) {
  if (!run.verdict) return {};
  return fmt::format(" (decided before: {}{}{})", to_string(*run.verdict), run.failure_reason ? ": " : "", run.failure_reason.value_or(""));
}

}  // namespace

Result<json::object> abort_test(db::Tx& tx, const AbortOrder& order, const queue::Acting& acting) {
  const auto locked = lock_running(tx, order.test);
  if (!locked) return tl::unexpected(locked.error());
  const auto before = (*locked)[0];
  const bool is_again = !before.is_null("abort_requested_at");
  const bool asks_for_more = order.skip_rollback && !before.boolean("abort_skip_rollback");
  if (is_way_back(phase_of(before)) && !is_again) {
    return fail(ErrorCode::Conflict,
                fmt::format("test {} of {} has its verdict and is putting {} back ({}); it ends by itself", order.test.value,
                            before.text("advisory_name"), before.json_value("facts").at("subject").at("system_name").as_string().c_str(),
                            before.text("phase")),
                {{"test_id", order.test.value}, {"current_phase", before.text("phase")}});
  }
  if (is_again && !asks_for_more) return abort_json(before);
  const auto rows = tx.execute(sql::request_abort, {order.test, acting.now, acting.actor, order.reason, order.skip_rollback});
  auto answer = abort_json(rows[0]);
  record(tx, before, "test.abort", order.reason,
         {{"phase", before.text("phase")}, {"skip_rollback", order.skip_rollback}, {"rollback_status", answer.at("rollback_status")}},
         acting);
  log::info("engine", "abort requested", {{"test_id", order.test}, {"actor", acting.actor}, {"reason", order.reason}});
  return answer;
}

Result<json::object> force_end(db::Tx& tx, const Settings& settings, TestId test, const std::string& reason, const queue::Acting& acting) {
  const auto locked = lock_running(tx, test);
  if (!locked) return tl::unexpected(locked.error());
  const auto seized = tx.execute(sql::seize_run, {test});
  const Lease lease(test, seized[0].integer("fence"), Lease::SteadyTime::max());
  const Run run = store::claimed_run(tx, {test, lease.fence()});
  const auto why = fmt::format("ended by force by {}: {}", acting.actor, reason);

  store::close_phase(tx, run, {"failed", why, {}}, acting.now);
  (void)tx.execute(sql::lose_open_operations, {test, json::object{{"reason", why}}, acting.now});
  (void)tx.execute(sql::overrule, {test, lease.fence(), why + decided_before(run)});
  if (may_have_changed_system(run.phase)) store::set_rollback_status(tx, lease, "failed");
  quarantine(tx, run, fmt::format("test {} of {} was in {} when it was {}", test.value, run.erratum.value, to_string(run.phase), why),
             acting.actor, acting.now);
  record(tx, (*locked)[0], "test.force_end", reason, {{"status", "error"}}, acting);
  finish(tx, settings, run, lease, {{"forced", true}}, acting.now);
  return json::object{{"test_id", test.value},
                      {"status", "error"},
                      {"ended_at", format_time(acting.now)},
                      {"ended_phase", to_string(run.phase)},
                      {"queue_id", run.item.value},
                      {"quarantined_system", {{"id", run.system.value}, {"name", run.subject.system_name}, {"ip", run.subject.ip}}}};
}

}  // namespace spm::engine
