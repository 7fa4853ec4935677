#pragma once
// The rows of config_versions: one function a statement, in the caller's transaction. Inside configuration/ only.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::configuration::store {

struct Version {
  std::int64_t number = 0;  // 0: nothing was ever set
  json::object overrides;
  json::array changes;
  std::optional<std::int64_t> rollback_to;
  std::string author;
  std::string reason;
  std::optional<Time> created_at;
};

[[nodiscard]] json::object newest_overrides(db::Tx& tx);
[[nodiscard]] Version newest_version(db::Tx& tx);
// Version 0 always exists.
[[nodiscard]] std::optional<Version> find_version(db::Tx& tx, std::int64_t number);
[[nodiscard]] std::vector<Version> page_of_versions(db::Tx& tx, std::optional<std::int64_t> below, std::int64_t limit, std::int64_t offset);
// False: somebody else added that version.
[[nodiscard]] bool add_version(db::Tx& tx, const Version& version);

}  // namespace spm::configuration::store
