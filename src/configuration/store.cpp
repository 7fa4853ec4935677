#include "configuration/store.hpp"

#include "configuration/configuration_sql.hpp"

namespace spm::configuration::store {
namespace {

Version read(const db::Row& row) {
  return {row.integer("version"),
          row.json_value("overrides").as_object(),
          row.json_value("changes").as_array(),
          row.integer_or_null("rollback_to"),
          row.text("author"),
          row.text("reason"),
          row.time("created_at")};
}

}  // namespace

json::object newest_overrides(db::Tx& tx) {
  const auto rows = tx.execute(sql::newest_overrides);
  return rows.empty() ? json::object{} : rows[0].json_value("overrides").as_object();
}

Version newest_version(db::Tx& tx) {
  const auto rows = tx.execute(sql::newest_version);
  return rows.empty() ? Version{} : read(rows[0]);
}

std::optional<Version> find_version(db::Tx& tx, std::int64_t number) {
  if (number == 0) return Version{};
  const auto rows = tx.execute(sql::find_version, {number});
  return rows.empty() ? std::nullopt : std::optional(read(rows[0]));
}

std::vector<Version> page_of_versions(db::Tx& tx, std::optional<std::int64_t> below, std::int64_t limit, std::int64_t offset) {
  std::vector<Version> versions;
  for (const auto row : tx.execute(sql::page_of_versions, {below, limit, offset})) versions.push_back(read(row));
  return versions;
}

bool add_version(db::Tx& tx, const Version& version) {
  return !tx.execute(sql::add_version, {version.number, version.overrides, version.changes, version.rollback_to, version.author,
                                        version.reason, *version.created_at})
              .empty();
}

}  // namespace spm::configuration::store
