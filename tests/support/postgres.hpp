#pragma once
// PostgreSQL for tests: one private cluster for the test binary, one database for each test, cloned from a migrated template.

#include <memory>
#include <string>

#include "db/cluster.hpp"
#include "db/db.hpp"

namespace spm::test {

// Started on first use. Any thread.
db::Cluster& cluster();
// Stops it and removes its folder; called once at the end of the binary.
void stop_cluster();

enum class Contents { Migrated, Empty };

// A database of its own, dropped at the end together with sessions that are still open.
class TestDatabase {
 public:
  explicit TestDatabase(Contents contents = Contents::Migrated);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
  [[nodiscard]] db::Pool& pool() { return *pool_; }
  // Text of the test itself, on a connection of the pool.
  db::Rows query(const std::string& sql);

 private:
  std::string name_;
  std::string conninfo_;
  std::unique_ptr<db::Pool> pool_;
};

}  // namespace spm::test
