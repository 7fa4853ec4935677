#pragma once
// The lists about CVEs of a demo: files made from the scenario, as an installation without the internet would have them.

#include <map>
#include <string>

#include "base/error.hpp"
#include "sandbox/scenario.hpp"

namespace spm::cli {

// Writes them into the folder. The settings that name them; none when the scenario knows nothing of CVEs.
[[nodiscard]] Result<std::map<std::string, std::string>> write_cve_lists(const sandbox::Scenario& scenario, const std::string& directory);

}  // namespace spm::cli
