// Lists walk an index: on 20,000 rows no page reads a whole table or sorts one, neither the first page nor one behind a cursor.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "approvals/approvals_sql.hpp"
#include "catalogue/catalogue_sql.hpp"
#include "engine/engine_sql.hpp"
#include "queue/queue_sql.hpp"
#include "scoring/scoring_sql.hpp"
#include "systems/systems_sql.hpp"
#include "tests/support/postgres.hpp"

namespace spm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kFill = R"(
INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, issued_at, in_uyuni, first_seen_at, changed_at)
SELECT 'USN-' || n || '-1', 'fixes ' || n, 'security', (ARRAY['Critical', 'High', 'Medium', 'Low'])[1 + n % 4], 'vendor', 'usn', 'ubuntu',
       timestamptz '2026-01-01Z' + n * interval '1 minute', true, now(), now() FROM generate_series(1, 20000) n;
INSERT INTO risk_profiles (advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, dependency_count, package_count,
                           breakdown, urgency_score, urgency_estimated, input_hash, created_at, updated_at)
SELECT advisory_name, (random() * 100)::integer, false, false, false, 0, 1, '{}', 50, false, '', now(), now() FROM errata_cache;
INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, queued_at, changed_at)
SELECT advisory_name, 'ubuntu', 'queued', random() < 0.2, success_score, 50, 'test', now(), now() FROM risk_profiles;
INSERT INTO systems (id, name, target_os, role, first_seen_at, seen_at, last_checkin_at, org_id)
SELECT n, 'web' || n, 'ubuntu', 'production', now(), now(), now() - n * interval '1 second', 1 FROM generate_series(1, 20000) n;
INSERT INTO patch_tests (queue_id, advisory_name, system_id, target_os, status, phase, due_at, deadline_at, engine_version, config, started_by,
                         started_at, completed_at)
SELECT id, advisory_name, id, 'ubuntu', 'passed', 'done', now(), now(), 1, '{}', 'test', now(), now() FROM patch_test_queue WHERE id <= 20000;
INSERT INTO patch_approvals (queue_id, test_id, action, actor, decided_at, round, completes, person)
SELECT queue_id, id, 'approve', 'user:' || id % 5000, now(), 1, true, 'user:' || id % 5000 FROM patch_tests;
INSERT INTO sync_runs (source, status, requested_by, started_at, finished_at)
SELECT 'uyuni', 'succeeded', 'schedule', now(), now() FROM generate_series(1, 20000);
ANALYZE;
)";

struct Case {
  const char* what;
  const db::Statement* statement;
  const char* arguments;
  const char* index;
};

TEST(Paging, WalksAnIndexForEveryOrderAndCursor) {
  test::TestDatabase database;
  db::Connection connection(database.conninfo());
  connection.run_script(kFill);
  const Case cases[] = {
      {"queue", &queue::sql::page_safest, "NULL,NULL,NULL,NULL,50,0,NULL,0,false,0,NULL", "queue_by_list"},
      {"queue of a rare OS", &queue::sql::page_safest, "NULL,'suse',NULL,NULL,50,0,NULL,0,false,0,NULL", "queue_by_os"},
      {"errata by date", &catalogue::sql::errata_by_issued_at, "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,50,0,NULL,NULL,NULL,NULL",
       "errata_by_issue"},
      {"errata by name", &catalogue::sql::errata_by_name, "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,50,0,NULL,NULL,NULL",
       "errata_cache_pkey"},
      {"errata behind a cursor", &catalogue::sql::errata_by_name, "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,50,0,'USN-5000-1',NULL,NULL",
       "errata_cache_pkey"},
      {"risk profiles", &scoring::sql::list_profiles, "NULL,NULL,NULL,NULL,50,0,NULL,NULL", "risk_profiles_by_score"},
      {"tests", &engine::sql::list_tests, "NULL,NULL,NULL,NULL,NULL,NULL,NULL,50,0,NULL", "patch_tests_pkey"},
      {"tests behind a cursor", &engine::sql::list_tests, "NULL,NULL,NULL,NULL,NULL,5000,NULL,50,0,NULL", "patch_tests_pkey"},
      {"tests of a system", &engine::sql::list_tests, "NULL,NULL,77,NULL,NULL,NULL,NULL,50,0,NULL", "tests_by"},
      {"decisions", &approvals::sql::history, "NULL,NULL,NULL,NULL,NULL,50,0,NULL,NULL", "patch_approvals_pkey"},
      {"decisions of one person", &approvals::sql::history, "'user:7',NULL,NULL,NULL,NULL,50,0,9000,NULL", "approvals_by_actor"},
      {"sync runs", &catalogue::sql::list_runs, "NULL,NULL,NULL,50,0", "sync_runs_pkey"},
      {"sync runs behind a cursor", &catalogue::sql::list_runs, "'uyuni',NULL,5000,50,0", "sync_runs"},
      {"systems", &systems::sql::list_by_name, "'{}','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL,50,0,NULL,NULL", "systems_by_name"},
      {"systems behind a cursor", &systems::sql::list_by_name, "'{}','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL,50,0,'web500',500",
       "systems_by_name"},
      {"systems by check-in", &systems::sql::list_by_checkin, "'{}','{}',NULL,NULL,NULL,NULL,NULL,NULL,NULL,50,0,NULL,NULL",
       "systems_by_checkin"}};
  for (const auto& one : cases) {
    connection.run_script("PREPARE paged AS " + std::string(one.statement->text));
    const auto name = "explain " + std::string(one.what);
    const auto text = "EXPLAIN EXECUTE paged(" + std::string(one.arguments) + ")";
    std::string plan;
    for (const auto row : connection.execute({name, text})) plan += row.text("QUERY PLAN") + "\n";
    // The fifty rows of a page may be sorted again; a table never is, and none is read whole.
    EXPECT_THAT(plan, AllOf(HasSubstr(one.index), Not(HasSubstr("Seq Scan on patch_test_queue")), Not(HasSubstr("Seq Scan on patch_tests")),
                            Not(HasSubstr("Seq Scan on patch_approvals")), Not(HasSubstr("Seq Scan on sync_runs")),
                            Not(HasSubstr("Seq Scan on risk_profiles"))))
        << one.what << "\n"
        << plan;
    connection.run_script("DEALLOCATE ALL");
  }
}

}  // namespace
}  // namespace spm
