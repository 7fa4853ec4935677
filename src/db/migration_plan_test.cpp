#include "db/migration_plan.hpp"

#include <gmock/gmock.h>

namespace spm::db {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr Migration kKnown[] = {{1, "initial", "a", "aaaa", false}, {2, "waves", "b", "bbbb", true}};

TEST(MigrationPlan, TakesEverythingOnAnEmptyDatabase) { EXPECT_THAT(*plan_migrations(kKnown, {}), SizeIs(2)); }

TEST(MigrationPlan, TakesOnlyWhatIsMissing) {
  const AppliedMigration applied[] = {{1, "initial", "aaaa", false}};
  const auto pending = plan_migrations(kKnown, applied);
  ASSERT_THAT(*pending, SizeIs(1));
  EXPECT_EQ(pending->front().number, 2);
}

TEST(MigrationPlan, RefusesAChangedMigration) {
  const AppliedMigration applied[] = {{1, "initial", "cccc", false}};
  const auto pending = plan_migrations(kKnown, applied);
  ASSERT_FALSE(pending);
  EXPECT_THAT(pending.error().message, HasSubstr("0001_initial.sql was applied to the database with another content"));
}

TEST(MigrationPlan, RefusesANewerBreakingMigration) {
  const AppliedMigration applied[] = {{1, "initial", "aaaa", false}, {2, "waves", "bbbb", true}, {3, "later", "dddd", true}};
  const auto pending = plan_migrations(kKnown, applied);
  ASSERT_FALSE(pending);
  EXPECT_THAT(pending.error().message, HasSubstr("0003_later.sql"));
}

TEST(MigrationPlan, AcceptsANewerMigrationThatBreaksNothing) {
  const AppliedMigration applied[] = {{1, "initial", "aaaa", false}, {2, "waves", "bbbb", true}, {3, "later", "dddd", false}};
  EXPECT_THAT(*plan_migrations(kKnown, applied), SizeIs(0));
}

TEST(MigrationPlan, RefusesAGapInTheHistory) {
  const AppliedMigration applied[] = {{2, "waves", "bbbb", true}};
  const auto pending = plan_migrations(kKnown, applied);
  ASSERT_FALSE(pending);
  EXPECT_THAT(pending.error().message, HasSubstr("not 0001_initial.sql"));
}

}  // namespace
}  // namespace spm::db
