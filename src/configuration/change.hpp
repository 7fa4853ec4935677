#pragma once
// Changing the configuration: from what was asked to a new version. Inside configuration/ only.

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"
#include "configuration/rules.hpp"
#include "configuration/store.hpp"
#include "db/db.hpp"

namespace spm::configuration {

// The overrides after a request: `values` alone, or laid over those in force; null takes a value away. ValidationError names every value
// that is wrong, under "values.".
enum class Merge { Replace, LayOver };
[[nodiscard]] Result<json::object> overrides_after(const json::object& in_force, const json::object& values, Merge merge);

struct Order {
  std::optional<std::int64_t> expected_version;  // the one that the caller has seen; Conflict when it is not in force any more
  json::object overrides;
  std::optional<std::int64_t> rollback_to;
  std::string actor;
  std::string from_address;
  std::string reason;
  Time at;
};

struct Changed {
  store::Version version;
  std::vector<Change> changes;  // empty: everything was like that already, and there is no new version
};

// Adds the version, its audit line and its event. ValidationError when the reason is only white space.
[[nodiscard]] Result<Changed> change(db::Tx& tx, const Document& defaults, const Order& order);

}  // namespace spm::configuration
