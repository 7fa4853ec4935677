// Migrations on real databases: from nothing, twice, at the same time, and on databases that must not be touched.

#include "db/migrate.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "tests/support/postgres.hpp"

namespace spm::db {
namespace {

using test::Contents;
using test::TestDatabase;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Migrate, BringsAnEmptyDatabaseToTheSchema) {
  TestDatabase database(Contents::Empty);
  EXPECT_EQ(check_schema(database.conninfo()), false);
  const auto report = migrate(database.conninfo());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->applied, Not(IsEmpty()));
  EXPECT_EQ(report->applied.front(), "0001_initial");
  EXPECT_EQ(report->schema_version, static_cast<int>(report->applied.size()));
  EXPECT_EQ(check_schema(database.conninfo()), true);
  EXPECT_THAT(migrate(database.conninfo())->applied, IsEmpty());
}

TEST(Migrate, RunsOnceWhenSeveralStartTogether) {
  TestDatabase database(Contents::Empty);
  std::atomic<std::size_t> applied{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        const auto report = migrate(database.conninfo());
        EXPECT_TRUE(report) << report.error().message;
        if (report) applied += report->applied.size();
      });
    }
  }
  EXPECT_EQ(applied, static_cast<std::size_t>(database.query("SELECT count(*) AS n FROM schema_migrations")[0].integer("n")));
}

TEST(Migrate, RefusesADatabaseWithAnotherHistory) {
  TestDatabase database;
  database.query("UPDATE schema_migrations SET checksum = 'other' WHERE number = 1");
  const auto report = migrate(database.conninfo());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("0001_initial.sql was applied to the database with another content"));
  EXPECT_FALSE(check_schema(database.conninfo()));
}

TEST(Migrate, RefusesADatabaseOfANewerProgram) {
  TestDatabase database;
  database.query("INSERT INTO schema_migrations VALUES (9000, 'later', 'x', false, now())");
  EXPECT_EQ(check_schema(database.conninfo()), true);
  database.query("UPDATE schema_migrations SET breaking = true WHERE number = 9000");
  const auto report = migrate(database.conninfo());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("newer version of this program"));
}

TEST(Migrate, UndoesAMigrationThatFails) {
  TestDatabase database(Contents::Empty);
  database.query("CREATE TABLE errata_cache (in_the_way integer)");
  const auto report = migrate(database.conninfo());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("migration 0001_initial could not be applied and was undone"));
  EXPECT_EQ(database.query("SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'")[0].integer("n"), 2);
}

TEST(Migrate, NamesADatabaseThatIsNotThere) {
  const auto report = migrate(test::cluster().conninfo("absent"));
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("database absent"));
}

}  // namespace
}  // namespace spm::db
