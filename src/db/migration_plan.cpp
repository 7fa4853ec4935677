#include "db/migration_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spm::db {
namespace {

std::string file_name(int number, std::string_view name) { return fmt::format("{:04}_{}.sql", number, name); }

}  // namespace

Result<std::vector<Migration>> plan_migrations(std::span<const Migration> known, std::span<const AppliedMigration> applied) {
  int highest = 0;
  for (const auto& done : applied) {
    highest = std::max(highest, done.number);
    const auto same = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.number == done.number; });
    if (same == known.end() && done.is_breaking) {
      return fail(ErrorCode::ServiceUnavailable,
                  fmt::format("the database was changed by a newer version of this program (breaking migration {}): install that version "
                              "or a later one, or restore the backup made before the upgrade",
                              file_name(done.number, done.name)));
    }
    if (same != known.end() && same->checksum != done.checksum) {
      return fail(ErrorCode::ServiceUnavailable,
                  fmt::format("migration {} was applied to the database with another content (checksum {}…, this program has {}…): "
                              "the database belongs to another build; check DATABASE_URL or DB_NAME, or restore the original file",
                              file_name(done.number, done.name), done.checksum.substr(0, 12), same->checksum.substr(0, 12)));
    }
  }
  std::vector<Migration> pending;
  for (const auto& migration : known) {
    if (std::any_of(applied.begin(), applied.end(), [&](const auto& done) { return done.number == migration.number; })) continue;
    if (migration.number < highest) {
      return fail(ErrorCode::ServiceUnavailable,
                  fmt::format("the database has migration {} but not {}: its history was edited; restore it from a backup", highest,
                              file_name(migration.number, migration.name)));
    }
    pending.push_back(migration);
  }
  return pending;
}

}  // namespace spm::db
