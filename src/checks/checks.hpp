#pragma once
// Checks that people add to tests of an OS, of a group of systems or of one system. A run copies those that apply to its system when it
// starts, so that a change does not touch a test that is under way. This is all that other slices and the app may use, beside rules.hpp.

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "checks/rules.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::checks {

// The enabled checks of this system, in the order in which they were made.
[[nodiscard]] std::vector<Check> applicable(db::Tx& tx, SystemId system, const std::string& target_os,
                                            const std::vector<std::string>& groups);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock);

}  // namespace spm::checks
