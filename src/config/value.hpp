#pragma once
// Checks one value against its row of the table. Reads the file system only to see whether a file or a time zone exists.

#include <string>
#include <string_view>

#include "config/table.hpp"

namespace spm::config {

// "must be 1..65535", for a message, a comment and the documentation.
[[nodiscard]] std::string allowed(const Setting& setting);

// The value, or an error whose message is "KEY=value: must be …; default …" (a secret's value is not repeated).
[[nodiscard]] Result<Value> parse_value(const Setting& setting, std::string_view text);

}  // namespace spm::config
