#include "sandbox/uyuni/method.hpp"

#include <algorithm>

namespace spm::sandbox::uyuni {
namespace {

bool all_of_type(const Value& value, char type);

bool is_list_of(const Value& value, char type) {
  const auto* items = value.array();
  return items != nullptr && std::all_of(items->begin(), items->end(), [&](const Value& item) { return all_of_type(item, type); });
}

bool all_of_type(const Value& value, char type) {
  switch (type) {
    case 'i': return value.integer() != nullptr;
    case 's': return value.string() != nullptr;
    case 'b': return value.boolean() != nullptr;
    case 'd': return value.date() != nullptr;
    case 'm': return value.structure() != nullptr;
    case 'I': return is_list_of(value, 'i');
    case 'S': return is_list_of(value, 's');
    default: return false;
  }
}

std::string java_type(const Value& value) {
  if (value.integer() != nullptr) return "java.lang.Integer";
  if (value.boolean() != nullptr) return "java.lang.Boolean";
  if (value.date() != nullptr) return "java.util.Date";
  if (value.array() != nullptr) return "java.util.ArrayList";
  if (value.structure() != nullptr) return "java.util.HashMap";
  if (value.string() != nullptr) return "java.lang.String";
  return "java.lang.Double";
}

}  // namespace

bool fits(std::string_view types, const Array& params) {
  if (types.size() != params.size()) return false;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (!all_of_type(params[i], types[i])) return false;
  }
  return true;
}

std::string java_types(const Array& params) {
  std::string text;
  for (const auto& param : params) text += (text.empty() ? "" : ", ") + java_type(param);
  return text;
}

std::vector<std::int64_t> ints_at(const Array& params, std::size_t i) {
  if (const auto* one = params.at(i).integer()) return {*one};
  std::vector<std::int64_t> numbers;
  for (const auto& item : *params.at(i).array()) numbers.push_back(*item.integer());
  return numbers;
}

}  // namespace spm::sandbox::uyuni
