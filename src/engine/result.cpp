// What a test shows to people: its progress while it runs, its result when it has ended.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json_write.hpp"
#include "catalogue/catalogue.hpp"
#include "engine/engine.hpp"
#include "engine/engine_sql.hpp"
#include "engine/events.hpp"
#include "engine/snapshots.hpp"
#include "engine/store.hpp"
#include "engine/transition.hpp"
#include "engine/verdict.hpp"
#include "outbox/outbox.hpp"

namespace spm::engine {
namespace {

constexpr std::array kWayForth{Phase::PreCheck,  Phase::Snapshot, Phase::Baseline, Phase::Patch,  Phase::Reboot,
                               Phase::Stabilize, Phase::Validate, Phase::Services, Phase::Verdict};

double seconds_between(Time from, Time to) { return std::chrono::duration<double>(to - from).count(); }

json::object member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : json::object{};
}

json::array list_member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : json::array{};
}

json::value value_member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? json::value(nullptr) : *value;
}

std::string text_member(const json::object& object, std::string_view key, std::string otherwise = {}) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : otherwise;
}

Result<db::Rows> find_test(db::Tx& tx, TestId test) {
  auto rows = tx.execute(sql::find_test, {test});
  if (rows.empty()) return fail(ErrorCode::NotFound, fmt::format("test {} does not exist", test.value));
  return rows;
}

// What is tested: one erratum, or several at once.
json::array errata_json(db::Tx& tx, const db::Row& row) {
  json::array errata{row.text("advisory_name")};
  for (const auto further : tx.execute(sql::further_of, {row.integer("id")})) errata.emplace_back(further.text("advisory_name"));
  return errata;
}

json::object test_system(const db::Row& row) {
  const auto subject = member(row.json_value("facts").as_object(), "subject");
  return {{"id", row.integer("system_id")}, {"name", text_member(subject, "system_name")}, {"ip", text_member(subject, "ip")}};
}

// ---------------------------------------------------------------- progress

json::object phase_json(const store::PhaseRecord& record, Time now) {
  return {{"name", to_string(record.phase)},
          {"status", record.status},
          {"attempt", record.attempt},
          {"started_at", format_time(record.started_at)},
          {"completed_at", or_null(record.completed_at)},
          {"duration_seconds", seconds_between(record.started_at, record.completed_at.value_or(now))},
          {"detail", record.detail}};
}

json::object unreached(Phase phase, bool can_still_come) {
  return {{"name", to_string(phase)},
          {"status", can_still_come ? "pending" : "skipped"},
          {"attempt", 0},
          {"started_at", nullptr},
          {"completed_at", nullptr},
          {"duration_seconds", nullptr},
          {"detail", can_still_come ? "" : "not reached"}};
}

json::array phases_json(const std::vector<store::PhaseRecord>& records, Phase current, Time now) {
  const bool goes_forth = current != Phase::Done && !is_way_back(current);
  json::array list;
  for (const Phase phase : kWayForth) {
    bool was_reached = false;
    for (const auto& record : records) {
      if (record.phase != phase) continue;
      list.push_back(phase_json(record, now));
      was_reached = true;
    }
    if (!was_reached) list.push_back(unreached(phase, goes_forth));
  }
  for (const auto& record : records) {
    if (is_way_back(record.phase)) list.push_back(phase_json(record, now));
  }
  return list;
}

int progress_percent(const std::vector<store::PhaseRecord>& records, Phase current) {
  if (current == Phase::Done) return 100;
  const auto is_over = [&](Phase phase) {
    return std::any_of(records.begin(), records.end(),
                       [&](const auto& r) { return r.phase == phase && (r.status == "completed" || r.status == "skipped"); });
  };
  const auto over = std::count_if(kWayForth.begin(), kWayForth.end(), is_over);
  return static_cast<int>(100 * over / static_cast<std::ptrdiff_t>(kWayForth.size() + 1));
}

json::array events_json(db::Tx& tx, TestId test) {
  constexpr int kMostEvents = 200;
  json::array list;
  for (const auto& event : outbox::of_test(tx, test, kMostEvents)) {
    list.push_back(event_json(event));
  }
  return list;
}

// ---------------------------------------------------------------- result

// The evidence of the phases that completed, by name.
json::object evidence_of(db::Tx& tx, TestId test) {
  json::object found;
  for (const auto row : tx.execute(sql::evidence_of, {test})) found[row.text("phase")] = row.json_value("evidence");
  const auto baseline = tx.execute(sql::baseline_evidence_of, {test});
  if (!baseline.empty()) found["baseline"] = baseline[0].json_value("evidence");
  return found;
}

json::value measured(const json::object& evidence, json::array failed_units) {
  if (evidence.empty()) return nullptr;
  const auto metrics = member(evidence, "metrics");
  return json::object{{"cpu_percent", value_member(metrics, "cpu_percent")},
                      {"memory_percent", value_member(metrics, "memory_percent")},
                      {"failed_units", static_cast<std::int64_t>(failed_units.size())},
                      {"detail", value_member(metrics, "detail")}};
}

// "skipped" for a phase that was not reached: it did not pass.
std::string services_check(const json::object& evidence) {
  const auto states = list_member(member(evidence, "services"), "services");
  if (states.empty()) return "skipped";
  const bool all_up =
      std::all_of(states.begin(), states.end(), [](const json::value& state) { return state.as_object().at("is_up").as_bool(); });
  return all_up ? "passed" : "failed";
}

std::string custom_checks(const json::object& evidence) {
  const auto results = list_member(member(evidence, "services"), "custom_checks");
  if (results.empty()) return "skipped";
  const bool all_passed =
      std::all_of(results.begin(), results.end(), [](const json::value& result) { return result.as_object().at("passed").as_bool(); });
  return all_passed ? "passed" : "failed";
}

json::object evaluation_json(const json::object& evidence, bool has_passed) {
  const auto evaluation = member(member(evidence, "validate"), "evaluation");
  return {{"cpu_check", text_member(evaluation, "cpu_check", "skipped")},
          {"memory_check", text_member(evaluation, "memory_check", "skipped")},
          {"failed_units_check", text_member(evaluation, "failed_units_check", "skipped")},
          {"services_check", services_check(evidence)},
          {"custom_checks", custom_checks(evidence)},
          {"overall", has_passed ? "passed" : "failed"},
          {"reasons", member(evaluation, "reasons")}};
}

json::object metrics_json(const json::object& evidence, const json::object& config, bool has_passed) {
  const auto baseline = member(evidence, "baseline");
  const auto validate = member(evidence, "validate");
  return {{"baseline", measured(baseline, list_member(baseline, "failed_units"))},
          {"post_patch", measured(validate, list_member(validate, "failed_units"))},
          {"delta", member(validate, "delta")},
          {"thresholds",
           {{"cpu", value_member(config, "cpu_threshold")},
            {"memory", value_member(config, "memory_threshold")},
            {"failed_services", value_member(config, "max_failed_services")}}},
          {"evaluation", evaluation_json(evidence, has_passed)},
          {"source", text_member(member(baseline, "metrics"), "source", "none")}};
}

json::object services_json(const json::object& evidence, const json::object& config) {
  json::array details;
  for (const auto& state : list_member(member(evidence, "services"), "services")) {
    const auto& object = state.as_object();
    details.push_back(json::object{{"name", object.at("name")},
                                   {"before", object.at("before")},
                                   {"after", object.at("after")},
                                   {"pid_changed", object.at("pid_changed")}});
  }
  return {{"critical_services", list_member(config, "critical_services")},
          {"all_healthy", services_check(evidence) == "passed"},
          {"details", std::move(details)}};
}

json::object no_snapshot(const json::object& evidence) {
  return {{"id", nullptr},
          {"type", text_member(member(evidence, "snapshot"), "type", "none")},
          {"created_at", nullptr},
          {"size_mb", nullptr},
          {"status", "none"}};
}

bool was_rolled_back(const std::vector<store::PhaseRecord>& records) {
  return std::any_of(records.begin(), records.end(), [](const auto& r) { return r.phase == Phase::Rollback; });
}

json::object head_json(const db::Row& row, const std::vector<store::PhaseRecord>& records) {
  const bool rolled_back = was_rolled_back(records);
  return {{"test_id", row.integer("id")},
          {"queue_id", row.integer("queue_id")},
          {"errata_id", row.text("advisory_name")},
          {"test_system", test_system(row)},
          {"result", row.text("status")},
          {"failure_phase", or_null(row.text_or_null("failure_phase"))},
          {"failure_reason", or_null(row.text_or_null("failure_reason"))},
          {"failure_class", or_null(row.text_or_null("failure_class"))},
          {"started_at", format_time(row.time("started_at"))},
          {"completed_at", format_time(row.time("completed_at"))},
          {"duration_seconds", seconds_between(row.time("started_at"), row.time("completed_at"))},
          {"required_reboot", !row.is_null("required_reboot") && row.boolean("required_reboot")},
          {"reboot_performed", row.boolean("reboot_performed")},
          {"rollback_performed", rolled_back},
          {"rollback_type", rolled_back ? or_null(row.text_or_null("rollback_type")) : json::value(nullptr)},
          {"rollback_status", or_null(row.text_or_null("rollback_status"))},
          {"phases", phases_json(records, Phase::Done, row.time("completed_at"))}};
}

// What the system itself said, with where and when it was seen; null: it never came to that.
json::object facts_json(const db::Row& row) {
  const auto facts = row.json_value("facts").as_object();
  return {{"required_reboot", value_member(facts, kObservedNeed)},
          {"reboot_performed", value_member(facts, kObservedReboot)},
          {"patched", value_member(facts, kObservedPatched)}};
}

std::optional<double> number_member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

}  // namespace

Result<json::object> status_json(db::Tx& tx, TestId test, Time now) {
  const auto rows = find_test(tx, test);
  if (!rows) return tl::unexpected(rows.error());
  const auto row = (*rows)[0];
  const auto phase = parse_phase(row.text("phase")).value_or(Phase::Done);
  const auto records = store::phases_of(tx, test);
  const auto end = row.time_or_null("completed_at").value_or(now);
  return json::object{{"test_id", test.value},
                      {"queue_id", row.integer("queue_id")},
                      {"errata_id", row.text("advisory_name")},
                      {"errata_ids", errata_json(tx, row)},
                      {"status", row.text("status")},
                      {"current_phase", row.text("phase")},
                      {"waiting_for", or_null(row.text_or_null("waiting_for"))},
                      {"progress_percent", progress_percent(records, phase)},
                      {"phases", phases_json(records, phase, now)},
                      {"test_system", test_system(row)},
                      {"snapshot_id", or_null(row.text_or_null("snapshot_id"))},
                      {"started_by", row.text("started_by")},
                      {"started_at", format_time(row.time("started_at"))},
                      {"completed_at", or_null(row.time_or_null("completed_at"))},
                      {"elapsed_seconds", seconds_between(row.time("started_at"), end)},
                      {"events", events_json(tx, test)}};
}

Result<json::object> result_json(db::Tx& tx, TestId test) {
  const auto rows = find_test(tx, test);
  if (!rows) return tl::unexpected(rows.error());
  const auto row = (*rows)[0];
  if (row.text("status") == "running") {
    return fail(ErrorCode::TestNotComplete,
                fmt::format("test {} is still running ({}); ask again when it has ended", test.value, row.text("phase")),
                {{"test_id", test.value}, {"current_phase", row.text("phase")}});
  }
  const auto records = store::phases_of(tx, test);
  const auto evidence = evidence_of(tx, test);
  const auto config = row.json_value("config").as_object();
  json::object result = head_json(row, records);
  result["errata_ids"] = errata_json(tx, row);
  result["metrics"] = metrics_json(evidence, config, row.text("status") == "passed");
  result["services"] = services_json(evidence, config);
  result["packages"] = list_member(member(evidence, "patch"), "packages");
  result["snapshot"] = snapshot_json(tx, test).value_or(no_snapshot(evidence));
  result["facts"] = facts_json(row);
  result["manifest"] = nullptr;
  result["evidence_hash"] = nullptr;
  result["evidence_removed_at"] = or_null(row.time_or_null("evidence_removed_at"));
  result["not_tested"] = json::array{};
  if (const auto sealed = tx.execute(sql::find_evidence, {test}); !sealed.empty()) {
    result["manifest"] = sealed[0].json_value("manifest");
    result["evidence_hash"] = sealed[0].text("hash");
    result["not_tested"] = sealed[0].json_value("not_tested");
  }
  result["test_config"] = config;
  return result;
}

std::map<std::int64_t, TestSummary> latest_passed(db::Tx& tx, const std::vector<std::int64_t>& items) {
  std::map<std::int64_t, TestSummary> found;
  for (const auto row : tx.execute(sql::latest_passed, {items})) {
    const json::object evidence{
        {"validate", json::object{{"delta", row.is_null("delta") ? json::value(nullptr) : row.json_value("delta")}}},
        {"services", json::object{{"services", row.is_null("services") ? json::value(nullptr) : row.json_value("services")}}}};
    const auto delta = member(member(evidence, "validate"), "delta");
    TestSummary summary;
    summary.id = TestId{row.integer("id")};
    summary.item = QueueId{row.integer("queue_id")};
    summary.result = row.text("status");
    summary.started_at = row.time("started_at");
    summary.completed_at = row.time("completed_at");
    summary.cpu_delta = number_member(delta, "cpu_percent");
    summary.memory_delta = number_member(delta, "memory_percent");
    summary.services_ok = services_check(evidence) == "passed";
    summary.required_reboot = row.boolean("required_reboot");
    found.emplace(summary.item.value, std::move(summary));
  }
  return found;
}

std::optional<TestSummary> latest_passed(db::Tx& tx, QueueId item) {
  auto found = latest_passed(tx, std::vector{item.value});
  if (found.empty()) return std::nullopt;
  return std::move(found.begin()->second);
}

}  // namespace spm::engine
