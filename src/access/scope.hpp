#pragma once
// What a Scope means beside another one, and as JSON: in the API, in the database, and as the filter of SQL statements, whose functions
// system_in_scope() and erratum_in_scope() take it (db/migrations/0005_identity.sql). Pure, safe from any thread.

#include <boost/json/object.hpp>
#include <optional>

#include "access/permission.hpp"

namespace spm::access {

// {"organisations": [1], "groups": ["web"]}
[[nodiscard]] boost::json::object to_json(const Scope& scope);
// Reads what to_json() wrote, or a body that fits the contract. null: everything.
[[nodiscard]] Scope scope_from(const boost::json::value& json);

// For a statement: nullopt, which becomes NULL, stands for everything.
[[nodiscard]] std::optional<boost::json::object> filter_of(const Scope& scope);

// Whether nothing of `inner` is outside `outer`, as far as their words can tell: a group is not known to be a part of an organisation.
[[nodiscard]] bool is_within(const Scope& inner, const Scope& outer);
// What both have; nullopt when that is nothing.
[[nodiscard]] std::optional<Scope> narrowed(const Scope& scope, const Scope& limit);

}  // namespace spm::access
