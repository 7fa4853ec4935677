#pragma once
// The dashboard that was built into the program (SPM_DASHBOARD); empty when it was built without.

#include <string_view>
#include <vector>

#include "http/static_files.hpp"

namespace spm::cli {

[[nodiscard]] std::vector<http::Asset> dashboard_assets();

}  // namespace spm::cli
