#pragma once
// The .env format: KEY=VALUE lines, comments, optional "export ", single or double quotes. Pure.

#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace spm::config {

// Single quotes keep everything; double quotes know \n \t \" \\ and \$; without quotes the value ends at " #" and is trimmed.
// Errors are "FILE:LINE: what is wrong", all of them, one a line.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_env_file(std::string_view text, std::string_view file_name);

}  // namespace spm::config
