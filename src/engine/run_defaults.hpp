#pragma once
// What a run is configured with when the request says nothing: the settings of the process, and over them what was set at run time. Used
// where runs begin, in the caller's transaction.

#include <string>

#include "db/db.hpp"
#include "engine/settings.hpp"

namespace spm::engine {

[[nodiscard]] RunConfig run_defaults(db::Tx& tx, const Settings& settings, const std::string& target_os);

}  // namespace spm::engine
