#include "http/json_body.hpp"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace spm::http {
namespace {

constexpr std::size_t kMaxDepth = 32;

json::parse_options strict_options() {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  return options;
}

// Walks the text without building values: the parser proper keeps the last of two equal keys and says nothing.
struct StrictnessCheck {
  static constexpr std::size_t max_object_size = std::size_t(-1);  // NOLINT(readability-identifier-naming): the parser's names
  static constexpr std::size_t max_array_size = std::size_t(-1);   // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_key_size = std::size_t(-1);     // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_string_size = std::size_t(-1);  // NOLINT(readability-identifier-naming)
  using Code = boost::system::error_code;

  explicit StrictnessCheck(FieldErrors& found) : errors(found) {}

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return enter(Level{false, {}, {}, 0}); }
  bool on_object_end(std::size_t, Code&) { return leave(); }
  bool on_array_begin(Code&) { return enter(Level{true, {}, {}, 0}); }
  bool on_array_end(std::size_t, Code&) { return leave(); }
  bool on_key_part(json::string_view part, std::size_t, Code&) { return append(part); }
  bool on_key(json::string_view part, std::size_t, Code&) {
    append(part);
    auto& level = levels.back();
    level.key = std::exchange(text, {});
    reject_nul(level.key);
    if (!level.keys.insert(level.key).second) errors.add(path(), "stands twice");
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) { return append(part); }
  bool on_string(json::string_view part, std::size_t, Code&) {
    append(part);
    reject_nul(std::exchange(text, {}));
    return value_ended();
  }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return value_ended(); }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return value_ended(); }
  bool on_double(double, json::string_view, Code&) { return value_ended(); }
  bool on_bool(bool, Code&) { return value_ended(); }
  bool on_null(Code&) { return value_ended(); }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

  struct Level {
    bool is_array;
    std::set<std::string> keys;
    std::string key;
    std::size_t index;
  };

  bool enter(Level level) {
    levels.push_back(std::move(level));
    return true;
  }
  bool leave() {
    levels.pop_back();
    return value_ended();
  }
  bool append(json::string_view part) {
    text.append(part.data(), part.size());
    return true;
  }
  bool value_ended() {
    if (!levels.empty() && levels.back().is_array) ++levels.back().index;
    return true;
  }
  void reject_nul(const std::string& checked) {
    if (checked.find('\0') != std::string::npos) errors.add(path(), "must not hold NUL characters");
  }
  [[nodiscard]] std::string path() const {
    std::string joined;
    for (const auto& level : levels) joined = level.is_array ? item_path(joined, level.index) : member_path(joined, level.key);
    return joined.empty() ? "body" : joined.substr(0, joined.find('\0'));
  }

  FieldErrors& errors;
  std::vector<Level> levels;
  std::string text;
};

std::string reason(const boost::system::error_code& error) {
  if (error == json::error::too_deep) return fmt::format("is nested more than {} levels deep", kMaxDepth);
  if (error == json::error::incomplete) return "is not valid JSON: it ends too early";
  return "is not valid JSON: " + error.message();
}

// JSON knows one kind of number: 85.0 is the whole number 85, as JSON Schema has it too. Beyond 2^53 a double is no exact count.
void make_whole_numbers_integers(json::value& value) {
  constexpr double kExact = 9007199254740992.0;
  if (auto* number = value.if_double(); number != nullptr && std::trunc(*number) == *number && std::abs(*number) <= kExact) {
    value = static_cast<std::int64_t>(*number);
  } else if (auto* items = value.if_array()) {
    for (auto& item : *items) make_whole_numbers_integers(item);
  } else if (auto* members = value.if_object()) {
    for (auto& member : *members) make_whole_numbers_integers(member.value());
  }
}

}  // namespace

std::string member_path(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string item_path(const std::string& path, std::size_t index) { return fmt::format("{}[{}]", path.empty() ? "body" : path, index); }

std::optional<json::value> parse_json_body(std::string_view text, FieldErrors& errors) {
  boost::system::error_code error;
  auto value = json::parse(text, error, {}, strict_options());
  if (error) {
    errors.add("body", reason(error));
    return std::nullopt;
  }
  FieldErrors found;
  json::basic_parser<StrictnessCheck> walk(strict_options(), found);
  walk.write_some(false, text.data(), text.size(), error);
  for (const auto& [field, problem] : found.problems()) errors.add(field, problem);
  if (!found.empty()) return std::nullopt;
  make_whole_numbers_integers(value);
  return value;
}

}  // namespace spm::http
