#include "engine/store.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/engine_sql.hpp"
#include "engine/evidence.hpp"

namespace spm::engine::store {
namespace {

void require_owned(const db::Rows& rows) {
  if (rows.empty()) throw LostLease();
}

OperationState parse_state(std::string_view text) {
  for (const auto state :
       {OperationState::Intended, OperationState::Started, OperationState::Succeeded, OperationState::Failed, OperationState::Lost}) {
    if (to_string(state) == text) return state;
  }
  throw std::logic_error(fmt::format("operation state {}", text));
}

Phase phase_in(const db::Row& row) {
  const auto phase = parse_phase(row.text("phase"));
  if (!phase) throw std::logic_error(fmt::format("phase {}", row.text("phase")));
  return *phase;
}

std::optional<Operation> operation_in(const db::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  Operation operation;
  operation.id = row.integer("id");
  operation.name = row.text("name");
  operation.token = row.text("token");
  operation.state = parse_state(row.text("state"));
  operation.upstream_id = row.text_or_null("upstream_id").value_or("");
  if (!row.is_null("result")) operation.result = row.json_value("result").as_object();
  operation.intended_at = row.time("intended_at");
  operation.acted_at = row.time_or_null("started_at").value_or(operation.intended_at);
  return operation;
}

// The subject lives among the facts under this key: written once, at the start.
constexpr const char* kSubject = "subject";

json::array to_json(const std::vector<FurtherErratum>& further) {
  json::array list;
  for (const auto& one : further) {
    list.push_back(json::object{{"queue_id", one.item.value},
                                {"errata_id", one.erratum.value},
                                {"package_names", json::array(one.package_names.begin(), one.package_names.end())}});
  }
  return list;
}

std::vector<FurtherErratum> further_from(const json::object& stored) {
  std::vector<FurtherErratum> further;
  const auto* list = stored.if_contains("further");
  if (list == nullptr) return further;
  for (const auto& entry : list->as_array()) {
    const auto& one = entry.as_object();
    further.push_back({QueueId{one.at("queue_id").as_int64()}, AdvisoryName{std::string(one.at("errata_id").as_string())}, {}});
    for (const auto& name : one.at("package_names").as_array()) further.back().package_names.emplace_back(name.as_string());
  }
  return further;
}

json::object to_json(const Subject& subject) {
  return {{"system_name", subject.system_name},
          {"minion_id", subject.minion_id},
          {"ip", subject.ip},
          {"package_names", json::array(subject.package_names.begin(), subject.package_names.end())},
          {"reboot_expected", subject.reboot_expected},
          {"further", to_json(subject.further)}};
}

Subject subject_from(const json::object& facts) {
  const auto& stored = facts.at(kSubject).as_object();
  Subject subject;
  subject.system_name = std::string(stored.at("system_name").as_string());
  subject.minion_id = std::string(stored.at("minion_id").as_string());
  subject.ip = std::string(stored.at("ip").as_string());
  for (const auto& name : stored.at("package_names").as_array()) subject.package_names.emplace_back(name.as_string());
  subject.reboot_expected = stored.at("reboot_expected").as_bool();
  subject.further = further_from(stored);
  return subject;
}

void read_decision(Run& run, const db::Row& row) {
  if (const auto verdict = row.text_or_null("verdict")) run.verdict = parse_verdict(*verdict);
  run.failure_phase = row.text_or_null("failure_phase");
  if (const auto kind = row.text_or_null("failure_class")) run.failure_class = queue::parse_failure_class(*kind);
  run.failure_reason = row.text_or_null("failure_reason");
  run.abort_requested_at = row.time_or_null("abort_requested_at");
  run.waiting_for = row.text_or_null("waiting_for").value_or("");
  run.abort_reason = row.text_or_null("abort_reason").value_or("");
  run.abort_skips_rollback = row.boolean("abort_skip_rollback");
}

template <class Value, class Text>
db::Param word_or_null(const std::optional<Value>& value, Text text) {
  if (!value) return std::nullopt;
  return std::string(text(*value));
}

}  // namespace

std::optional<Claim> claim_due(db::Tx& tx, const std::string& owner, Time lease_until, TakeOver take_over, Time now) {
  const auto rows = tx.execute(sql::claim_due, {owner, lease_until, now, kEngineVersion, take_over == TakeOver::Allowed});
  if (rows.empty()) return std::nullopt;
  return Claim{TestId{rows[0].integer("id")}, rows[0].integer("fence")};
}

Run claimed_run(db::Tx& tx, const Claim& claim) {
  const auto rows = tx.execute(sql::claimed_run, {claim.run, claim.fence});
  require_owned(rows);
  const auto row = rows[0];
  Run run;
  run.id = claim.run;
  run.item = QueueId{row.integer("queue_id")};
  run.erratum = AdvisoryName{row.text("advisory_name")};
  run.system = SystemId{row.integer("system_id")};
  run.target_os = row.text("target_os");
  run.phase = phase_in(row);
  run.attempt = static_cast<int>(row.integer("attempt"));
  run.deadline = row.time("deadline_at");
  run.phase_deadline = row.time_or_null("phase_deadline_at").value_or(run.deadline);
  run.fence = claim.fence;
  run.engine_version = static_cast<int>(row.integer("engine_version"));
  run.config = run_config_from(row.json_value("config").as_object());
  run.facts = row.json_value("facts").as_object();
  run.subject = subject_from(run.facts);
  run.started_at = row.time("started_at");
  run.quiet_since = row.time_or_null("quiet_since");
  read_decision(run, row);
  return run;
}

std::optional<Time> next_due(db::Tx& tx) { return tx.execute(sql::next_due, {kEngineVersion})[0].time_or_null("due_at"); }

bool renew_lease(db::Tx& tx, const Lease& lease, Time until) {
  return !tx.execute(sql::renew_lease, {lease.run(), lease.fence(), until}).empty();
}

std::optional<AbortRequest> hold_run(db::Tx& tx, const Lease& lease) {
  lease.require_held();
  const auto rows = tx.execute(sql::hold_run, {lease.run(), lease.fence()});
  require_owned(rows);
  if (rows[0].is_null("abort_requested_at")) return std::nullopt;
  return AbortRequest{rows[0].text_or_null("abort_reason").value_or(""), rows[0].boolean("abort_skip_rollback")};
}

void release_run(db::Tx& tx, const Lease& lease, Time due_at, const std::string& waiting_for, const json::object& facts) {
  require_owned(tx.execute(sql::release_run, {lease.run(), lease.fence(), due_at, waiting_for, facts}));
}

void enter_phase(db::Tx& tx, const Lease& lease, Phase phase, int attempt, Time now, const json::object& facts) {
  require_owned(tx.execute(sql::enter_phase, {lease.run(), lease.fence(), to_string(phase), attempt, now, facts}));
}

void decide(db::Tx& tx, const Lease& lease, const Decision& decision) {
  (void)tx.execute(sql::decide, {lease.run(), lease.fence(), word_or_null(decision.verdict, [](Verdict v) { return to_string(v); }),
                                 word_or_null(decision.phase, [](Phase p) { return to_string(p); }),
                                 word_or_null(decision.kind, [](queue::FailureClass k) { return queue::to_string(k); }), decision.reason});
}

void set_rollback_status(db::Tx& tx, const Lease& lease, std::string_view status) {
  require_owned(tx.execute(sql::set_rollback_status, {lease.run(), lease.fence(), status}));
}

void finish_run(db::Tx& tx, const Lease& lease, std::string_view status, Time now, const json::object& facts) {
  require_owned(tx.execute(sql::finish_run, {lease.run(), lease.fence(), status, now, facts}));
}

void open_phase(db::Tx& tx, TestId run, Phase phase, int attempt, Time now, Time deadline) {
  (void)tx.execute(sql::open_phase, {run, to_string(phase), attempt, now, deadline});
}

void close_phase(db::Tx& tx, const Run& run, const PhaseEnd& end, Time now) {
  json::object evidence = end.evidence;
  for (auto& [key, value] : operations_evidence(tx, run)) evidence[key] = value;
  (void)tx.execute(sql::close_phase, {run.id, to_string(run.phase), run.attempt, end.status, now, end.detail, evidence});
}

std::optional<Operation> intend_operation(db::Tx& tx, const Run& run, const Effect& effect, const std::string& token, Time now) {
  return operation_in(tx.execute(
      sql::intend_operation, {run.id, to_string(run.phase), run.attempt, effect.name, to_string(effect.kind), token, effect.request, now}));
}

std::optional<Operation> find_operation(db::Tx& tx, const Run& run, std::string_view name) {
  return operation_in(tx.execute(sql::find_operation, {run.id, to_string(run.phase), run.attempt, name}));
}

std::optional<Operation> latest_operation(db::Tx& tx, TestId run, Phase phase, std::string_view name) {
  return operation_in(tx.execute(sql::latest_operation, {run, to_string(phase), name}));
}

bool is_known_action(db::Tx& tx, OperationKind kind, const std::string& upstream_id, std::int64_t except) {
  return !tx.execute(sql::is_known_action, {to_string(kind), upstream_id, except}).empty();
}

void act_again(db::Tx& tx, std::int64_t operation, Time now) { (void)tx.execute(sql::act_again, {operation, now}); }

void start_operation(db::Tx& tx, std::int64_t operation, const std::string& upstream_id, Time now) {
  (void)tx.execute(sql::start_operation, {operation, upstream_id, now});
}

void close_operation(db::Tx& tx, std::int64_t operation, OperationState state, const json::object& result, Time now) {
  (void)tx.execute(sql::close_operation, {operation, to_string(state), result, now});
}

std::vector<PhaseRecord> phases_of(db::Tx& tx, TestId run) {
  std::vector<PhaseRecord> records;
  for (const auto row : tx.execute(sql::phases_of, {run})) {
    records.push_back({phase_in(row), static_cast<int>(row.integer("attempt")), row.text("status"), row.time("started_at"),
                       row.time_or_null("completed_at"), row.text("detail")});
  }
  return records;
}

std::optional<json::object> phase_evidence(db::Tx& tx, TestId run, Phase phase) {
  const auto rows = tx.execute(sql::phase_evidence, {run, to_string(phase)});
  if (rows.empty()) return std::nullopt;
  return rows[0].json_value("evidence").as_object();
}

TestId insert_run(db::Tx& tx, const NewRun& run, Time now) {
  const json::object facts{{kSubject, to_json(run.subject)}};
  const auto rows = tx.execute(sql::insert_run, {run.item, run.erratum, run.system, run.target_os, now, run.deadline, kEngineVersion,
                                                 engine::to_json(run.config), facts, run.started_by});
  const TestId test{rows[0].integer("id")};
  for (const auto& one : run.subject.further) (void)tx.execute(sql::insert_further, {test, one.item, one.erratum});
  return test;
}

}  // namespace spm::engine::store
