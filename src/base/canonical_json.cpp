#include "base/canonical_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <iterator>
#include <string_view>
#include <vector>

namespace spm {
namespace {

void append(std::string& text, const json::value& value);

void append(std::string& text, const json::object& object) {
  std::vector<std::string_view> keys;
  for (const auto& [key, value] : object) keys.emplace_back(key);
  std::sort(keys.begin(), keys.end());
  text += '{';
  for (const auto key : keys) {
    if (text.back() != '{') text += ',';
    text += json::serialize(json::string_view(key.data(), key.size()));
    text += ':';
    append(text, object.at(key));
  }
  text += '}';
}

void append(std::string& text, const json::array& array) {
  text += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) text += ',';
    append(text, array[i]);
  }
  text += ']';
}

void append(std::string& text, double number) {
  const auto shortest = fmt::format("{}", number);
  text += shortest;
  // A whole number that was written with a fraction stays one: 12.0 is not 12.
  if (std::isfinite(number) && shortest.find_first_of(".e") == std::string::npos) text += ".0";
}

void append(std::string& text, const json::value& value) {
  switch (value.kind()) {
    case json::kind::object: return append(text, value.get_object());
    case json::kind::array: return append(text, value.get_array());
    case json::kind::double_: return append(text, value.get_double());
    default: text += json::serialize(value);
  }
}

}  // namespace

std::string canonical_json(const json::value& value) {
  std::string text;
  append(text, value);
  return text;
}

}  // namespace spm
