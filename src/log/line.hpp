#pragma once
// How one log line is written. Pure; called by log.cpp.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "log/redaction.hpp"

namespace spm::log {

inline constexpr std::size_t kMaxLineBytes = 16 * 1024;
inline constexpr std::size_t kMaxValueBytes = 4 * 1024;

struct Line {
  Time time;
  std::string_view level;
  std::string_view logger;
  std::string_view message;
  std::vector<std::pair<std::string_view, const json::value*>> fields;  // a later field wins over an earlier one of the same name
};

// {"time":…,"level":…,"logger":…,"message":…, fields…} in valid UTF-8 without a line break, at most kMaxLineBytes long. Values that
// are too long end with "…"; fields that no longer fit are left out and counted in "fields_left_out".
[[nodiscard]] std::string render(const Line& line, const Redaction& redaction);

// The text with every invalid UTF-8 sequence replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace spm::log
