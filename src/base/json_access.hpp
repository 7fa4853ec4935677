#pragma once
// Reading untrusted JSON: every access says what it wants and how much of it, and an error names the path ("errata[3].title").
// Errors are ValidationErrors with details.fields {path: what is wrong}. Pure.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace spm {

// Where a value stands in its document; cheap to make for each element of a list: {"errata", 3}.
struct JsonPath {
  std::string_view parent = {};
  std::optional<std::size_t> index = std::nullopt;
};

struct StringLimits {
  std::size_t max_bytes = 4096;
  bool may_be_empty = true;
  bool may_hold_nul = false;  // bytes of another program that are made text later
};

struct IntegerRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// A whole document; nested at most 32 deep.
[[nodiscard]] Result<json::value> parse_json(std::string_view text);

// Strings never hold a NUL: no database text can. Absent and null are the same to optional_*.
[[nodiscard]] Result<std::string> required_string(const json::object& object, std::string_view key, JsonPath path = {},
                                                  StringLimits limits = {});
[[nodiscard]] Result<std::optional<std::string>> optional_string(const json::object& object, std::string_view key, JsonPath path = {},
                                                                 StringLimits limits = {});
[[nodiscard]] Result<std::int64_t> required_integer(const json::object& object, std::string_view key, JsonPath path = {},
                                                    IntegerRange range = {});
[[nodiscard]] Result<std::optional<std::int64_t>> optional_integer(const json::object& object, std::string_view key, JsonPath path = {},
                                                                   IntegerRange range = {});
[[nodiscard]] Result<double> required_number(const json::object& object, std::string_view key, JsonPath path = {});
[[nodiscard]] Result<std::optional<double>> optional_number(const json::object& object, std::string_view key, JsonPath path = {});
[[nodiscard]] Result<bool> required_bool(const json::object& object, std::string_view key, JsonPath path = {});
[[nodiscard]] Result<std::optional<bool>> optional_bool(const json::object& object, std::string_view key, JsonPath path = {});

// The pointers live as long as `object`. optional_*: nullptr when absent or null.
[[nodiscard]] Result<const json::array*> required_array(const json::object& object, std::string_view key, JsonPath path = {},
                                                        std::size_t max_items = 10'000);
[[nodiscard]] Result<const json::array*> optional_array(const json::object& object, std::string_view key, JsonPath path = {},
                                                        std::size_t max_items = 10'000);
[[nodiscard]] Result<const json::object*> required_object(const json::object& object, std::string_view key, JsonPath path = {});
[[nodiscard]] Result<const json::object*> optional_object(const json::object& object, std::string_view key, JsonPath path = {});

// The value itself as an object, for a document's root or a list's element.
[[nodiscard]] Result<const json::object*> as_object(const json::value& value, JsonPath path = {});

}  // namespace spm
