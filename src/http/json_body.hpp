#pragma once
// Reads a JSON body strictly: no duplicate keys, no NUL characters, no more than 32 levels, nothing after the value. Pure.

#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

#include "http/field_errors.hpp"

namespace spm::http {

// nullopt when anything was added to `errors`; what concerns the whole body stands under "body".
[[nodiscard]] std::optional<json::value> parse_json_body(std::string_view text, FieldErrors& errors);

// "a" inside "b" is "b.a"; at the top it is "a".
[[nodiscard]] std::string member_path(const std::string& path, std::string_view key);
[[nodiscard]] std::string item_path(const std::string& path, std::size_t index);

}  // namespace spm::http
