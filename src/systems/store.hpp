#pragma once
// What the endpoints of this slice share: a caller's scope as parameters, a system as JSON. Inside systems/ only.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "base/error.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "scoring/scoring.hpp"

namespace spm::systems {

// $1 and $2 of the statements: both empty for everything.
struct ScopeParams {
  explicit ScopeParams(const access::Scope& scope)
      : orgs(scope.organisations.begin(), scope.organisations.end()), groups(scope.groups.begin(), scope.groups.end()) {}
  std::vector<std::int64_t> orgs;
  std::vector<std::string> groups;
};

// An entry of the list; the detail adds to it.
[[nodiscard]] json::object system_json(const db::Row& row);
// The whole of one system, in the caller's transaction.
[[nodiscard]] json::object detail_json(db::Tx& tx, const db::Row& row, Time now);

// Also for a system outside of the caller's scope.
[[nodiscard]] tl::unexpected<Error> no_such_system(std::int64_t id);

// PATCH /systems/{id}, POST /systems/{id}/release
[[nodiscard]] std::vector<http::Endpoint> change_endpoints(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults);
// GET /orgs, GET /groups, GET /groups/{name}/patches
[[nodiscard]] std::vector<http::Endpoint> group_endpoints(db::Pool& pool);

}  // namespace spm::systems
