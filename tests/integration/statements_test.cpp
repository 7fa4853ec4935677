// Every named statement of the program is one that PostgreSQL accepts on the migrated schema: names of tables, columns and types.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>
#include <span>

#include "approvals/approvals_sql.hpp"
#include "audit/audit_sql.hpp"
#include "catalogue/catalogue_sql.hpp"
#include "checks/checks_sql.hpp"
#include "cluster/cluster_sql.hpp"
#include "configuration/configuration_sql.hpp"
#include "engine/engine_sql.hpp"
#include "health/health_sql.hpp"
#include "http/http_sql.hpp"
#include "live/live_sql.hpp"
#include "notifications/notifications_sql.hpp"
#include "outbox/outbox_sql.hpp"
#include "overview/overview_sql.hpp"
#include "queue/queue_sql.hpp"
#include "retention/retention_sql.hpp"
#include "scheduler/scheduler_sql.hpp"
#include "scoring/scoring_sql.hpp"
#include "systems/systems_sql.hpp"
#include "tests/support/postgres.hpp"

namespace spm {
namespace {

constexpr std::size_t kLongestName = 63;  // PostgreSQL cuts longer names of prepared statements without a word

std::vector<const db::Statement*> all_statements() {
  std::vector<const db::Statement*> all;
  const auto add = [&all](std::span<const db::Statement* const> statements) {
    all.insert(all.end(), statements.begin(), statements.end());
  };
  add(approvals::sql::kAll);
  add(audit::sql::kAll);
  add(catalogue::sql::kAll);
  add(checks::sql::kAll);
  add(cluster::sql::kAll);
  add(configuration::sql::kAll);
  add(engine::sql::kAll);
  add(health::sql::kAll);
  add(http::sql::kAll);
  add(live::sql::kAll);
  add(notifications::sql::kAll);
  add(outbox::sql::kAll);
  add(overview::sql::kAll);
  add(queue::sql::kAll);
  add(retention::sql::kAll);
  add(scheduler::sql::kAll);
  add(scoring::sql::kAll);
  add(systems::sql::kAll);
  return all;
}

TEST(Statements, AreAcceptedByPostgresqlOnTheMigratedSchema) {
  test::TestDatabase database;
  db::Connection connection(database.conninfo());
  for (const auto* statement : all_statements()) {
    try {
      connection.run_script(fmt::format("PREPARE \"{}\" AS {}", statement->name, statement->text));
    } catch (const db::DatabaseError& problem) {
      ADD_FAILURE() << statement->name << ": " << problem.what();
    }
  }
}

TEST(Statements, HaveDistinctNamesThatFit) {
  std::set<std::string_view> names;
  for (const auto* statement : all_statements()) {
    EXPECT_TRUE(names.insert(statement->name).second) << statement->name;
    EXPECT_LE(statement->name.size(), kLongestName) << statement->name;
  }
}

}  // namespace
}  // namespace spm
