#include "db/migrate.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "db/db.hpp"
#include "db/migrations_embedded.hpp"
#include "log/log.hpp"

namespace spm::db {
namespace {

constexpr std::chrono::minutes kPatience{10};  // for the lock and for each migration
constexpr int kOldestServer = 14;
constexpr int kNewestServer = 17;

constexpr Statement kLock{"db.migrations_lock", "SELECT pg_advisory_lock(5459020)"};
constexpr Statement kFindTable{"db.migrations_table", "SELECT to_regclass('schema_migrations') IS NOT NULL AS found"};
constexpr Statement kReadApplied{"db.migrations_applied", "SELECT number, name, checksum, breaking FROM schema_migrations ORDER BY number"};
constexpr Statement kRecord{"db.migrations_record",
                            "INSERT INTO schema_migrations (number, name, checksum, breaking, applied_at) VALUES ($1, $2, $3, $4, now())"};
constexpr const char* kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "  number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    "  breaking boolean NOT NULL, applied_at timestamptz NOT NULL)";

std::vector<AppliedMigration> read_applied(Connection& connection) {
  std::vector<AppliedMigration> applied;
  if (!connection.execute(kFindTable)[0].boolean("found")) return applied;
  for (const auto row : connection.execute(kReadApplied)) {
    applied.push_back({static_cast<int>(row.integer("number")), row.text("name"), row.text("checksum"), row.boolean("breaking")});
  }
  return applied;
}

Result<void> check_server(Connection& connection) {
  const int major = PQserverVersion(connection.handle()) / 10'000;
  if (major < kOldestServer) {
    return fail(ErrorCode::ServiceUnavailable, fmt::format("PostgreSQL {} is too old: use {} to {}", major, kOldestServer, kNewestServer));
  }
  if (major > kNewestServer) log::warning("db", "this PostgreSQL is newer than the versions that were tested", {{"version", major}});
  return {};
}

void apply(Connection& connection, const Migration& migration) {
  connection.run_script("BEGIN");
  connection.run_script(std::string(migration.text));
  connection.execute(kRecord, {migration.number, migration.name, migration.checksum, migration.is_breaking});
  connection.run_script("COMMIT");
  log::info("db", "migration applied", {{"number", migration.number}, {"name", migration.name}});
}

Result<MigrationReport> migrate_under_lock(Connection& connection) {
  connection.execute(kLock);  // held until the connection is closed
  connection.run_script(kCreateTable);
  const auto applied = read_applied(connection);
  const auto pending = plan_migrations(kMigrations, applied);
  if (!pending) return tl::unexpected<Error>(pending.error());
  MigrationReport report;
  if (!applied.empty()) report.schema_version = applied.back().number;
  for (const auto& migration : *pending) {
    try {
      apply(connection, migration);
    } catch (const DatabaseError& problem) {
      return fail(ErrorCode::ServiceUnavailable, fmt::format("migration {:04}_{} could not be applied and was undone: {}", migration.number,
                                                             migration.name, problem.what()));
    }
    report.applied.push_back(fmt::format("{:04}_{}", migration.number, migration.name));
    report.schema_version = migration.number;
  }
  return report;
}

}  // namespace

Result<MigrationReport> migrate(const std::string& conninfo) {
  try {
    Connection connection(conninfo, kPatience);
    if (const auto server = check_server(connection); !server) return tl::unexpected<Error>(server.error());
    return migrate_under_lock(connection);
  } catch (const DatabaseError& problem) {
    return fail(ErrorCode::ServiceUnavailable, problem.what());
  }
}

Result<bool> check_schema(const std::string& conninfo) {
  try {
    Connection connection(conninfo);
    if (const auto server = check_server(connection); !server) return tl::unexpected<Error>(server.error());
    const auto pending = plan_migrations(kMigrations, read_applied(connection));
    if (!pending) return tl::unexpected<Error>(pending.error());
    return pending->empty();
  } catch (const DatabaseError& problem) {
    return fail(ErrorCode::ServiceUnavailable, problem.what());
  }
}

}  // namespace spm::db
