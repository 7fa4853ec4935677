#pragma once
// Loading the settings as every command does: from the environment and .env, with the secrets kept out of the log, and all that is wrong
// printed at once.

#include <optional>

#include "cli/commands.hpp"
#include "config/settings.hpp"

namespace spm::cli {

// nullopt after the problems were printed on stderr: exit with 2.
[[nodiscard]] std::optional<config::Settings> load_settings(const Common& common, config::Purpose purpose);

}  // namespace spm::cli
