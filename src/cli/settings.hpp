#pragma once
// What every command does first: load the settings from the environment and .env, with the secrets kept out of the log, and all that is
// wrong printed at once.

#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "config/settings.hpp"

namespace spm::cli {

// nullopt after the problems were printed on stderr: exit with 2.
[[nodiscard]] std::optional<config::Settings> load_settings(const Common& common, config::Purpose purpose);

// Who is at the console, for the audit row.
[[nodiscard]] std::string console_actor();

}  // namespace spm::cli
