#pragma once
// Answers of the service as text for a terminal: tables as wide as it is, and nothing in them that a terminal would obey. Pure.

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace spm::spmctl {

// Control characters, and those that turn the direction of writing, become visible ("\x1b"); newline and tab stay when asked for.
enum class Breaks { Escape, Keep };
[[nodiscard]] std::string harmless(std::string_view text, Breaks breaks = Breaks::Escape);

// JSON with two blanks of indentation, ASCII control and direction characters escaped.
[[nodiscard]] std::string pretty_json(const json::value& value);

// Lists as a table of as many columns as fit into `width` (0: all of them), anything else as "name: value" lines.
[[nodiscard]] std::string as_table(const json::value& answer, std::size_t width);

}  // namespace spm::spmctl
