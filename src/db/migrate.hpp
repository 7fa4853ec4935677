#pragma once
// Brings a database to the schema of this program: forward only, each migration in a transaction, under an advisory lock, so that
// several orchestrators may start at once. Called by `serve`, `migrate`, `check` and the tests. PostgreSQL 14 to 17.

#include <string>
#include <vector>

#include "base/error.hpp"

namespace spm::db {

struct MigrationReport {
  std::vector<std::string> applied;  // "0001_initial", in order; empty when there was nothing to do
  int schema_version = 0;            // the highest number in the database now
};

// Errors say what to do: unreachable database, missing rights, changed or unknown migrations.
[[nodiscard]] Result<MigrationReport> migrate(const std::string& conninfo);

// Looks and changes nothing. True: the schema is complete; false: migrate() has something to do.
[[nodiscard]] Result<bool> check_schema(const std::string& conninfo);

}  // namespace spm::db
