#pragma once
// Which migrations a database still needs, and when it must not be touched. Pure; used by migrate.cpp.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace spm::db {

struct Migration {
  int number;
  std::string_view name;
  std::string_view text;
  std::string_view checksum;  // SHA-256 of the text
  bool is_breaking;           // a program that does not know it cannot work with the database
};

struct AppliedMigration {
  int number;
  std::string name;
  std::string checksum;
  bool is_breaking;
};

// The known migrations that are not applied yet, in order. An error says what is wrong with the database and what to do:
// an applied migration whose text changed since, a gap, or a newer breaking one that this program does not know.
[[nodiscard]] Result<std::vector<Migration>> plan_migrations(std::span<const Migration> known, std::span<const AppliedMigration> applied);

}  // namespace spm::db
