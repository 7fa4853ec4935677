#pragma once
// Rows for tests of the queue and of what stands on it: builders that default everything but what a test is about, and calls of
// endpoints.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "engine/settings.hpp"
#include "http/contract.hpp"
#include "http/dispatcher.hpp"
#include "http/endpoint.hpp"
#include "queue/queue.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::test {

struct ErratumRow {
  std::string name;
  std::string target_os = "ubuntu";
  std::string severity = "High";
  bool has_packages = true;
  bool in_uyuni = true;
  std::optional<std::string> superseded_by = std::nullopt;
  std::optional<Time> withdrawn_at = std::nullopt;
};

struct ProfileRow {
  std::string name;
  int success_score = 80;
  double urgency_score = 50;
  bool requires_reboot = false;
};

struct SystemRow {
  std::int64_t id = 1000;
  std::string role = "test";
  std::string target_os = "ubuntu";
};

namespace rows_sql {
inline constexpr db::Statement kErratum{
    "rows.erratum",
    "INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, cves, "
    "packages, total_size_kb, superseded_by, in_uyuni, first_seen_at, changed_at, withdrawn_at) "
    "VALUES ($1, 'fixes ' || $1, 'security', $2, 'vendor', 'test', $3, '{CVE-2026-1111}', $4, $5, $6, $7, $8, $8, $9)"};
inline constexpr db::Statement kProfile{
    "rows.profile",
    "INSERT INTO risk_profiles (advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, "
    "dependency_count, package_count, total_size_kb, breakdown, urgency_score, urgency_estimated, input_hash, "
    "created_at, updated_at) VALUES ($1, $2, false, $3, false, 0, 1, 500, $4, $5, false, 'set by a test', $6, $6)"};
inline constexpr db::Statement kCovers{"rows.covers", "UPDATE errata_cache SET superseded_by = $1 WHERE advisory_name = $2"};
inline constexpr db::Statement kSystem{"rows.system",
                                       "INSERT INTO systems (id, name, target_os, os_release, role, first_seen_at, seen_at) "
                                       "VALUES ($1::bigint, 'host' || $1::bigint, $2::text, $2::text || '-1', $3, $4, $4)"};
inline constexpr db::Statement kApplicable{
    "rows.applicable", "INSERT INTO system_errata (system_id, advisory_name, uyuni_erratum_id, first_seen_at) VALUES ($1, $2, 1, $3)"};
inline constexpr db::Statement kRescore{"rows.rescore", "UPDATE risk_profiles SET success_score = $2 WHERE advisory_name = $1"};
inline constexpr db::Statement kAudited{"rows.audited",
                                        "SELECT action FROM audit_log WHERE subject_type = 'queue_item' AND subject_id = $1 ORDER BY id"};
inline constexpr db::Statement kEvents{"rows.events", "SELECT payload ->> 'type' AS type FROM events WHERE queue_id = $1 ORDER BY id"};
inline constexpr db::Statement kDecisions{"rows.decisions",
                                          "SELECT action || ' by ' || actor || coalesce(' for ' || on_behalf_of, '') AS decision FROM "
                                          "patch_approvals WHERE queue_id = $1 ORDER BY id"};
inline constexpr db::Statement kConfig{
    "rows.config",
    "INSERT INTO config_versions (version, overrides, changes, author, reason, created_at) SELECT coalesce(max(version), 0) + 1, "
    "coalesce((SELECT overrides FROM config_versions ORDER BY version DESC LIMIT 1), '{}') || jsonb_build_object($1::text, $2::jsonb), "
    "'[]', 'test', 'set by a test', $3 FROM config_versions"};
inline constexpr db::Statement kItem{
    "rows.item",
    "INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, "
    "created_by, queued_at, changed_at) SELECT advisory_name, $2, 'queued', requires_reboot, success_score, "
    "urgency_score, 'test', $3, $3 FROM risk_profiles WHERE advisory_name = $1 RETURNING id"};
inline constexpr db::Statement kTestRun{"rows.test_run",
                                        "INSERT INTO patch_tests (queue_id, advisory_name, system_id, target_os, status, phase, due_at, "
                                        "deadline_at, engine_version, config, started_by, "
                                        "started_at, completed_at, required_reboot, failure_phase, failure_class, failure_reason) "
                                        "SELECT id, advisory_name, $2::bigint, target_os, $3::text, 'done', $4::timestamptz, "
                                        "$4::timestamptz, 1, $5, 'test', $4::timestamptz - interval '10 minutes', "
                                        "$4::timestamptz, false, "
                                        "CASE WHEN $3 = 'failed' THEN 'services' END, CASE WHEN $3 = 'failed' THEN 'regression' END, CASE "
                                        "WHEN $3 = 'failed' THEN 'ssh is down' END "
                                        "FROM patch_test_queue WHERE id = $1 RETURNING id"};
}  // namespace rows_sql

class QueueRows {
 public:
  QueueRows(db::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  void erratum(const ErratumRow& row) {
    db::Param packages = std::nullopt;
    db::Param size = std::nullopt;
    if (row.has_packages) {
      packages = json::array{json::object{{"name", "openssl"}, {"evr", "3.0.2-1"}, {"arch", "amd64"}, {"size_bytes", 512000}}};
      size = 500;
    }
    run(rows_sql::kErratum,
        {row.name, row.severity, row.target_os, packages, size, row.superseded_by, row.in_uyuni, clock_.now(), row.withdrawn_at});
  }

  void profile(const ProfileRow& row) {
    const json::object breakdown{{"base_score", 100},
                                 {"kernel_penalty", 0},
                                 {"reboot_penalty", 0},
                                 {"config_penalty", 0},
                                 {"dependency_penalty", 0},
                                 {"size_penalty", 0},
                                 {"history_penalty", 0},
                                 {"bonuses", 0},
                                 {"final_score", row.success_score}};
    run(rows_sql::kProfile, {row.name, row.success_score, row.requires_reboot, breakdown, row.urgency_score, clock_.now()});
  }

  // Both, which is what can be queued.
  void scored(const ErratumRow& row, int success_score = 80, double urgency_score = 50, bool requires_reboot = false) {
    erratum(row);
    profile({row.name, success_score, urgency_score, requires_reboot});
  }

  void covers(const std::string& newer, const std::string& older) { run(rows_sql::kCovers, {newer, older}); }
  void system(const SystemRow& row) { run(rows_sql::kSystem, {row.id, row.target_os, row.role, clock_.now()}); }
  void rescore(const std::string& name, int success_score) { run(rows_sql::kRescore, {name, success_score}); }
  void applicable(std::int64_t system_id, const std::string& name) { run(rows_sql::kApplicable, {system_id, name, clock_.now()}); }
  // A field of the runtime configuration.
  void config(const std::string& key, const json::value& value) { run(rows_sql::kConfig, {key, value, clock_.now()}); }

  // Queues a scored erratum and moves it along `way`.
  QueueId item(const std::string& name, const std::vector<queue::Status>& way = {}, const std::string& target_os = "ubuntu") {
    const QueueId id{run(rows_sql::kItem, {name, target_os, clock_.now()})[0].integer("id")};
    for (const queue::Status status : way) move(id, status);
    return id;
  }

  // By the picture, with made-up facts where the new state needs them.
  void move(QueueId id, queue::Status to) {
    db::Tx tx(pool_);
    queue::Change change{
        .item = id, .from = queue::find(tx, id)->status, .to = to, .actor = "test", .from_address = "", .reason = "", .at = clock_.now()};
    change.failure = queue::Failure{"services", queue::FailureClass::Regression, "ssh is down"};
    change.retry_after = clock_.now() + std::chrono::minutes(30);
    change.snooze_until = clock_.now() + std::chrono::days(3);
    change.superseded_by = queue::find(tx, id)->erratum;
    const Result<queue::Status> moved = queue::advance(tx, change);
    ASSERT_TRUE(moved) << moved.error().message;
    tx.commit();
  }

  // A finished run of the item's erratum on the system.
  TestId test_run(QueueId id, std::int64_t system_id, const std::string& status) {
    return TestId{run(rows_sql::kTestRun, {id, system_id, status, clock_.now(), engine::to_json(engine::RunConfig{})})[0].integer("id")};
  }

  // The actions on record about the item, and the types of its events, oldest first.
  [[nodiscard]] std::vector<std::string> audited(QueueId id) {
    return texts(run(rows_sql::kAudited, {std::to_string(id.value)}), "action");
  }
  [[nodiscard]] std::vector<std::string> events(QueueId id) { return texts(run(rows_sql::kEvents, {id}), "type"); }

  [[nodiscard]] std::vector<std::string> decisions(QueueId id) { return texts(run(rows_sql::kDecisions, {id}), "decision"); }

  [[nodiscard]] queue::Item read(QueueId id) {
    db::Tx tx(pool_);
    return queue::find(tx, id).value();
  }

 private:
  db::Rows run(const db::Statement& statement, db::Params params) {
    db::Tx tx(pool_);
    db::Rows rows = tx.execute(statement, params);
    tx.commit();
    return rows;
  }

  static std::vector<std::string> texts(const db::Rows& found, std::string_view column) {
    std::vector<std::string> all;
    for (const db::Row row : found) all.push_back(row.text(column));
    return all;
  }

  db::Pool& pool_;
  const Clock& clock_;
};

// Calls endpoints through the dispatcher with the program's own contract: requests are checked against it, and answers too.
class Caller {
 public:
  Caller(std::vector<http::Endpoint> endpoints, const Clock& clock,
         access::Principal principal = {"api-key:tester", access::all_permissions()})
      : dispatcher_(
            {.endpoints = std::move(endpoints),
             .authenticate = [principal = std::move(principal)](const http::Request&) -> Result<access::Principal> { return principal; },
             .run_once = {},
             .observer = {},
             .answer_check = http::AnswerCheck::Strict},
            http::Contract::embedded(), clock) {}

  struct Answer {
    int status = 0;
    json::object body;  // of an error: its details
    std::string error;  // the word of the contract; empty when it is none
    std::string message;
  };

  [[nodiscard]] Answer call(http::Method method, const std::string& path, const json::value& body = nullptr,
                            const std::multimap<std::string, std::string>& query = {}) const {
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.remote_address = "192.0.2.7";
    request.request_id = "test";
    if (!body.is_null()) {
      request.headers.emplace("Content-Type", "application/json");
      request.body = json::serialize(body);
    }
    const http::Reply reply = dispatcher_.handle(request);
    json::object answer = json::parse(reply.response.body).as_object();
    if (reply.response.status < 400) return {reply.response.status, std::move(answer), "", ""};
    const json::value* details = answer.if_contains("details");
    return {reply.response.status, details != nullptr ? details->as_object() : json::object{}, std::string(answer.at("error").as_string()),
            std::string(answer.at("message").as_string())};
  }

 private:
  http::Dispatcher dispatcher_;
};

}  // namespace spm::test
