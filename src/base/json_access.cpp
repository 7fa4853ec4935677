#include "base/json_access.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <cmath>

namespace spm {
namespace {

std::string written(const JsonPath& path) {
  return path.index ? fmt::format("{}[{}]", path.parent, *path.index) : std::string(path.parent);
}

std::string written(const JsonPath& path, std::string_view key) {
  const std::string parent = written(path);
  return parent.empty() ? std::string(key) : fmt::format("{}.{}", parent, key);
}

tl::unexpected<Error> wrong(const std::string& place, const std::string& complaint) {
  return fail(ErrorCode::ValidationError, fmt::format("{} {}", place.empty() ? "the document" : place, complaint),
              {{"fields", json::object{{place, complaint}}}});
}

const json::value* present(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::string> string_of(const json::value& value, const std::string& place, StringLimits limits) {
  const json::string* text = value.if_string();
  if (text == nullptr) return wrong(place, "must be a string");
  if (text->empty() && !limits.may_be_empty) return wrong(place, "must not be empty");
  if (text->size() > limits.max_bytes) return wrong(place, fmt::format("must be at most {} bytes long", limits.max_bytes));
  if (!limits.may_hold_nul && text->find('\0') != json::string::npos) return wrong(place, "must not hold NUL characters");
  return std::string(text->data(), text->size());
}

Result<std::int64_t> integer_of(const json::value& value, const std::string& place, IntegerRange range) {
  const std::int64_t* number = value.if_int64();
  if (number == nullptr && !value.is_uint64()) return wrong(place, "must be an integer");
  if (number == nullptr || *number < range.min || *number > range.max) {
    return wrong(place, fmt::format("must be {}..{}", range.min, range.max));  // beyond int64 too
  }
  return *number;
}

Result<double> number_of(const json::value& value, const std::string& place) {
  if (!value.is_number()) return wrong(place, "must be a number");
  const double number = value.to_number<double>();
  if (!std::isfinite(number)) return wrong(place, "must be a finite number");
  return number;
}

Result<bool> bool_of(const json::value& value, const std::string& place) {
  if (!value.is_bool()) return wrong(place, "must be true or false");
  return value.get_bool();
}

Result<const json::array*> array_of(const json::value& value, const std::string& place, std::size_t max_items) {
  const json::array* items = value.if_array();
  if (items == nullptr) return wrong(place, "must be a list");
  if (items->size() > max_items) return wrong(place, fmt::format("must hold at most {} items", max_items));
  return items;
}

Result<const json::object*> object_of(const json::value& value, const std::string& place) {
  const json::object* members = value.if_object();
  if (members == nullptr) return wrong(place, "must be an object");
  return members;
}

template <class Read>
auto required(const json::object& object, std::string_view key, const JsonPath& path, const Read& read)
    -> decltype(read(json::value(), std::string())) {
  const json::value* value = present(object, key);
  if (value == nullptr) return wrong(written(path, key), "is missing");
  return read(*value, written(path, key));
}

template <class T, class Read>
Result<std::optional<T>> optional(const json::object& object, std::string_view key, const JsonPath& path, const Read& read) {
  const json::value* value = present(object, key);
  if (value == nullptr) return std::optional<T>();
  Result<T> result = read(*value, written(path, key));
  if (!result) return tl::unexpected<Error>(result.error());
  return std::optional<T>(std::move(*result));
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 32;
  json::value value = json::parse({text.data(), text.size()}, error, json::storage_ptr(), options);
  if (error) return fail(ErrorCode::ValidationError, fmt::format("not JSON: {}", error.message()));
  return value;
}

Result<std::string> required_string(const json::object& object, std::string_view key, JsonPath path, StringLimits limits) {
  return required(object, key, path, [limits](const json::value& v, const std::string& place) { return string_of(v, place, limits); });
}

Result<std::optional<std::string>> optional_string(const json::object& object, std::string_view key, JsonPath path, StringLimits limits) {
  return optional<std::string>(object, key, path,
                               [limits](const json::value& v, const std::string& place) { return string_of(v, place, limits); });
}

Result<std::int64_t> required_integer(const json::object& object, std::string_view key, JsonPath path, IntegerRange range) {
  return required(object, key, path, [range](const json::value& v, const std::string& place) { return integer_of(v, place, range); });
}

Result<std::optional<std::int64_t>> optional_integer(const json::object& object, std::string_view key, JsonPath path, IntegerRange range) {
  return optional<std::int64_t>(object, key, path,
                                [range](const json::value& v, const std::string& place) { return integer_of(v, place, range); });
}

Result<double> required_number(const json::object& object, std::string_view key, JsonPath path) {
  return required(object, key, path, number_of);
}

Result<std::optional<double>> optional_number(const json::object& object, std::string_view key, JsonPath path) {
  return optional<double>(object, key, path, number_of);
}

Result<bool> required_bool(const json::object& object, std::string_view key, JsonPath path) { return required(object, key, path, bool_of); }

Result<std::optional<bool>> optional_bool(const json::object& object, std::string_view key, JsonPath path) {
  return optional<bool>(object, key, path, bool_of);
}

Result<const json::array*> required_array(const json::object& object, std::string_view key, JsonPath path, std::size_t max_items) {
  return required(object, key, path, [max_items](const json::value& v, const std::string& place) { return array_of(v, place, max_items); });
}

Result<const json::array*> optional_array(const json::object& object, std::string_view key, JsonPath path, std::size_t max_items) {
  if (present(object, key) == nullptr) return nullptr;
  return required_array(object, key, path, max_items);
}

Result<const json::object*> required_object(const json::object& object, std::string_view key, JsonPath path) {
  return required(object, key, path, object_of);
}

Result<const json::object*> optional_object(const json::object& object, std::string_view key, JsonPath path) {
  if (present(object, key) == nullptr) return nullptr;
  return required_object(object, key, path);
}

Result<const json::object*> as_object(const json::value& value, JsonPath path) { return object_of(value, written(path)); }

}  // namespace spm
