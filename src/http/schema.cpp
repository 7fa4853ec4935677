#include "http/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

#include "base/time.hpp"
#include "http/json_body.hpp"

namespace spm::http {
namespace {

// std::regex recurses once for each character; a longer text could exhaust the stack.
constexpr std::size_t kMaxMatched = 8 * 1024;
constexpr std::size_t kMaxReferences = 16;

// What a person is told instead of the pattern that was not met.
constexpr std::string_view kProblem = "x-problem";

const std::set<std::string_view> kChecked{
    "type",   "enum",  "const",    "minimum",  "maximum",     "minLength",  "maxLength", "pattern",
    "format", "items", "minItems", "maxItems", "uniqueItems", "properties", "required",  "additionalProperties",
    "oneOf",  "anyOf", "$ref"};
const std::set<std::string_view> kForReaders{"title",    "description", "default",  "example",
                                             "examples", "deprecated",  "readOnly", "writeOnly"};
const std::set<std::string_view> kFormats{"date-time", "int64", "int32", "double", "uri"};
const std::set<std::string_view> kTypes{"null", "boolean", "integer", "number", "string", "array", "object"};

std::string_view text_of(const json::value& value) { return value.is_string() ? std::string_view(value.as_string()) : std::string_view(); }

std::vector<std::string_view> types_of(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr) return {};
  if (!type->is_array()) return {text_of(*type)};
  std::vector<std::string_view> types;
  for (const auto& one : type->as_array()) types.push_back(text_of(one));
  return types;
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return value.is_int64();  // 1.0 of a request has become 1; nothing here is beyond 64 bits with sign
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return value.is_object();
}

std::string_view in_words(std::string_view type) {
  if (type == "boolean") return "true or false";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "string") return "a string";
  if (type == "array") return "a list";
  if (type == "object") return "an object";
  return type;
}

std::string in_words(const std::vector<std::string_view>& types) {
  std::string words;
  for (const auto type : types) words += (words.empty() ? "" : " or ") + std::string(in_words(type));
  return words;
}

std::optional<std::int64_t> whole(const json::object& schema, std::string_view key) {
  const auto* value = schema.if_contains(key);
  return value != nullptr && value->is_int64() ? std::optional(value->as_int64()) : std::nullopt;
}

bool less(const json::value& a, const json::value& b) {
  if (a.is_int64() && b.is_int64()) return a.as_int64() < b.as_int64();
  return a.to_number<double>() < b.to_number<double>();
}

// "1..500", "at least 1", "at most 500". The largest 64-bit number is no bound that a person wants to read.
std::string range_text(const json::value* low, const json::value* high) {
  if (high != nullptr && *high == json::value(std::numeric_limits<std::int64_t>::max())) high = nullptr;
  if (low != nullptr && high != nullptr) return fmt::format("{}..{}", json::serialize(*low), json::serialize(*high));
  if (low != nullptr) return "at least " + json::serialize(*low);
  return high != nullptr ? "at most " + json::serialize(*high) : "a 64-bit number";
}

std::string count_text(std::optional<std::int64_t> low, std::optional<std::int64_t> high) {
  const json::value low_value(low.value_or(0));
  const json::value high_value(high.value_or(0));
  return range_text(low ? &low_value : nullptr, high ? &high_value : nullptr);
}

void check_number(const json::object& schema, const json::value& value, const std::string& field, FieldErrors& errors) {
  const auto* low = schema.if_contains("minimum");
  const auto* high = schema.if_contains("maximum");
  if ((low != nullptr && less(value, *low)) || (high != nullptr && less(*high, value)))
    errors.add(field, "must be " + range_text(low, high));
}

void check_enum(const json::object& schema, const json::value& value, const std::string& field, FieldErrors& errors) {
  if (const auto* allowed = schema.if_contains("enum")) {
    const auto& words = allowed->as_array();
    if (std::find(words.begin(), words.end(), value) != words.end()) return;
    std::string list;
    for (const auto& word : words)
      list += (list.empty() ? "" : ", ") + (word.is_string() ? std::string(text_of(word)) : json::serialize(word));
    errors.add(field, "must be one of: " + list);
  }
  if (const auto* only = schema.if_contains("const"); only != nullptr && *only != value) {
    errors.add(field, "must be " + (only->is_string() ? std::string(text_of(*only)) : json::serialize(*only)));
  }
}

std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
}

std::string field_name(const std::string& path) { return path.empty() ? "body" : path; }

bool has_twice(const json::array& items) {
  for (auto item = items.begin(); item != items.end(); ++item) {
    if (std::find(std::next(item), items.end(), *item) != items.end()) return true;
  }
  return false;
}

std::vector<FieldErrors> least_wrong(std::vector<FieldErrors> failures) {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const auto& failure : failures) least = std::min(least, failure.problems().size());
  std::erase_if(failures, [&](const FieldErrors& failure) { return failure.problems().size() > least; });
  return failures;
}

// What is wrong with every form stands at its field; what only some of them ask for stands together as a choice.
void tell_failures(const std::vector<FieldErrors>& failures, const std::string& field, FieldErrors& errors) {
  const auto is_common = [&](const std::string& name, const std::string& problem) {
    return std::all_of(failures.begin(), failures.end(), [&](const FieldErrors& failure) {
      const auto found = failure.problems().find(name);
      return found != failure.problems().end() && found->second == problem;
    });
  };
  std::vector<std::string> ways;
  for (const auto& failure : failures) {
    for (const auto& [name, problem] : failure.problems()) {
      if (is_common(name, problem)) {
        errors.add(name, problem);
      } else {
        ways.push_back(fmt::format("{} {}", name, problem));
      }
    }
  }
  if (!ways.empty()) errors.add(field, fmt::format("fits none of the allowed forms: {}", fmt::join(ways, "; or ")));
}

template <class Number>
std::optional<Number> number_from(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(number) : std::nullopt;
}

}  // namespace

const json::value& SchemaChecker::resolve(const json::value& value) const {
  const auto* found = &value;
  for (std::size_t i = 0; i < kMaxReferences; ++i) {
    const auto* reference = found->is_object() ? found->as_object().if_contains("$ref") : nullptr;
    if (reference == nullptr) return *found;
    const auto pointer = text_of(*reference);
    boost::system::error_code error;
    const auto* target = pointer.starts_with("#/") ? document_.find_pointer(pointer.substr(1), error) : nullptr;
    if (target == nullptr) throw std::logic_error(fmt::format("the contract refers to {}, which does not exist", pointer));
    found = target;
  }
  throw std::logic_error("the contract refers in circles");
}

void SchemaChecker::inspect(const json::value& schema, const std::string& where, std::vector<std::string>& problems) {
  if (!schema.is_object()) return problems.push_back(where + ": a schema must be an object");
  const auto& object = schema.as_object();
  for (const auto& [key, value] : object) {
    const std::string_view word = key;
    if (!kChecked.contains(word) && !kForReaders.contains(word) && !word.starts_with("x-"))
      problems.push_back(fmt::format("{}: the word {} is not checked", where, word));
  }
  for (const auto type : types_of(object)) {
    if (!kTypes.contains(type)) problems.push_back(fmt::format("{}: there is no type {}", where, type));
  }
  if (const auto* format = object.if_contains("format"); format != nullptr && !kFormats.contains(text_of(*format))) {
    problems.push_back(fmt::format("{}: the format {} is not checked", where, text_of(*format)));
  }
  if (object.contains("properties") && !object.contains("additionalProperties")) {
    problems.push_back(where + ": properties without additionalProperties would let unknown fields pass");
  }
  if (object.contains("$ref")) {
    try {
      static_cast<void>(resolve(schema));
    } catch (const std::logic_error& error) {
      problems.push_back(fmt::format("{}: {}", where, error.what()));
    }
  }
  inspect_members(object, where, problems);
}

void SchemaChecker::inspect_members(const json::object& schema, const std::string& where, std::vector<std::string>& problems) {
  if (const auto* pattern = schema.if_contains("pattern")) {
    try {
      patterns_.emplace(text_of(*pattern), std::regex(std::string(text_of(*pattern)), std::regex::ECMAScript | std::regex::optimize));
    } catch (const std::regex_error& error) {
      problems.push_back(fmt::format("{}: the pattern {} cannot be used: {}", where, text_of(*pattern), error.what()));
    }
  }
  if (const auto* properties = schema.if_contains("properties"); properties != nullptr && properties->is_object()) {
    for (const auto& [name, property] : properties->as_object())
      inspect(property, fmt::format("{}.{}", where, std::string_view(name)), problems);
  }
  if (const auto* items = schema.if_contains("items")) inspect(*items, where + "[]", problems);
  if (const auto* more = schema.if_contains("additionalProperties"); more != nullptr && !more->is_bool())
    inspect(*more, where + ".*", problems);
  for (const auto* forms : {schema.if_contains("oneOf"), schema.if_contains("anyOf")}) {
    if (forms == nullptr || !forms->is_array()) continue;
    for (const auto& form : forms->as_array()) inspect(form, where, problems);
  }
}

void SchemaChecker::check(const json::value& schema, const json::value& value, const std::string& path, FieldErrors& errors) const {
  const auto& object = schema.as_object();
  if (object.contains("$ref")) check(resolve(schema), value, path, errors);  // the words beside $ref hold too
  const auto types = types_of(object);
  const auto field = field_name(path);
  if (!types.empty() && std::none_of(types.begin(), types.end(), [&](auto type) { return is_of_type(value, type); })) {
    return errors.add(field, "must be " + in_words(types));
  }
  check_enum(object, value, field, errors);
  if (value.is_number()) check_number(object, value, field, errors);
  if (value.is_string()) check_string(object, value.as_string(), field, errors);
  if (value.is_array()) check_array(object, value.as_array(), path, errors);
  if (value.is_object()) check_object(object, value.as_object(), path, errors);
  if (object.contains("oneOf") || object.contains("anyOf")) check_forms(object, value, path, errors);
}

void SchemaChecker::check_string(const json::object& schema, const json::string& value, const std::string& field,
                                 FieldErrors& errors) const {
  const std::string_view text = value;
  const auto low = whole(schema, "minLength");
  const auto high = whole(schema, "maxLength");
  const auto length = characters(text);
  if ((low && length < *low) || (high && length > *high))
    return errors.add(field, fmt::format("must have {} characters", count_text(low, high)));
  if (const auto* pattern = schema.if_contains("pattern")) {
    const auto& compiled = patterns_.at(std::string(text_of(*pattern)));
    if (text.size() > kMaxMatched || !std::regex_search(text.begin(), text.end(), compiled)) {
      const auto* in_words = schema.if_contains(kProblem);
      errors.add(field, in_words != nullptr ? std::string(text_of(*in_words)) : fmt::format("must match {}", text_of(*pattern)));
    }
  }
  if (const auto* format = schema.if_contains("format"); format != nullptr && text_of(*format) == "date-time" && !parse_time(text)) {
    errors.add(field, "must be a time with a zone such as 2026-11-23T13:24:34Z");
  }
}

void SchemaChecker::check_array(const json::object& schema, const json::array& value, const std::string& path, FieldErrors& errors) const {
  const auto field = field_name(path);
  const auto low = whole(schema, "minItems");
  const auto high = whole(schema, "maxItems");
  const auto size = std::ssize(value);
  if ((low && size < *low) || (high && size > *high)) return errors.add(field, fmt::format("must hold {} items", count_text(low, high)));
  if (const auto* items = schema.if_contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) check(*items, value[i], item_path(path, i), errors);
  }
  const auto* unique = schema.if_contains("uniqueItems");
  if (unique != nullptr && *unique == json::value(true) && has_twice(value)) errors.add(field, "must not hold the same item twice");
}

void SchemaChecker::check_object(const json::object& schema, const json::object& value, const std::string& path,
                                 FieldErrors& errors) const {
  if (const auto* required = schema.if_contains("required")) {
    for (const auto& name : required->as_array()) {
      if (!value.contains(text_of(name))) errors.add(member_path(path, text_of(name)), "is required");
    }
  }
  const auto* properties = schema.if_contains("properties");
  const auto* more = schema.if_contains("additionalProperties");
  for (const auto& [key, member] : value) {
    const auto* property = properties != nullptr ? properties->as_object().if_contains(key) : nullptr;
    if (property != nullptr) {
      check(*property, member, member_path(path, key), errors);
    } else if (more != nullptr && more->is_object()) {
      check(*more, member, member_path(path, key), errors);
    } else if (more != nullptr && *more == json::value(false)) {
      errors.add(member_path(path, key), "is not a known field");
    }
  }
}

// When no form fits, the one that was meant is most likely one that no fixed member contradicts ({"action": "snooze"}), and the least wrong
// among those.
void SchemaChecker::check_forms(const json::object& schema, const json::value& value, const std::string& path, FieldErrors& errors) const {
  const auto* one = schema.if_contains("oneOf");
  const auto& forms = (one != nullptr ? one : schema.if_contains("anyOf"))->as_array();
  std::vector<FieldErrors> failures;
  std::vector<FieldErrors> meant;
  std::size_t fitting = 0;
  for (const auto& form : forms) {
    FieldErrors found;
    check(form, value, path, found);
    if (found.empty()) {
      ++fitting;
    } else {
      if (!contradicts(form, value)) meant.push_back(found);
      failures.push_back(std::move(found));
    }
  }
  if (fitting == 1 || (fitting > 1 && one == nullptr)) return;
  if (fitting > 1) return errors.add(field_name(path), "fits more than one of the allowed forms; give only one");
  tell_failures(least_wrong(meant.empty() ? std::move(failures) : std::move(meant)), field_name(path), errors);
}

// A member that the form fixes to one value has another one.
bool SchemaChecker::contradicts(const json::value& form, const json::value& value) const {
  const auto* properties = resolve(form).as_object().if_contains("properties");
  if (properties == nullptr || !value.is_object()) return false;
  return std::any_of(properties->as_object().begin(), properties->as_object().end(), [&](const auto& property) {
    const auto* only = resolve(property.value()).as_object().if_contains("const");
    const auto* given = value.as_object().if_contains(property.key());
    return only != nullptr && given != nullptr && *only != *given;
  });
}

bool SchemaChecker::may_be(const json::value& schema, std::string_view type) const {
  const auto types = types_of(resolve(schema).as_object());
  return std::find(types.begin(), types.end(), type) != types.end();
}

json::value SchemaChecker::from_text(const json::value& schema, std::string_view text) const {
  if (may_be(schema, "integer")) {
    if (const auto number = number_from<std::int64_t>(text)) return *number;
  }
  if (may_be(schema, "number")) {
    if (const auto number = number_from<double>(text); number && std::isfinite(*number)) return *number;
  }
  if (may_be(schema, "boolean") && (text == "true" || text == "false")) return text == "true";
  return json::string_view(text.data(), text.size());
}

}  // namespace spm::http
