#include "sandbox/scenario_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spm::sandbox {

namespace json = boost::json;

Fields::Fields(std::string where, const json::value& value) : where_(std::move(where)), object_(value.if_object()) {
  if (object_ == nullptr) throw ScenarioError(where_ + " must be an object");
}

std::string Fields::path(std::string_view name) const { return fmt::format("{}.{}", where_, name); }

void Fields::wrong(std::string_view name, const std::string& what) const { throw ScenarioError(path(name) + ": " + what); }

bool Fields::has(std::string_view name) const { return object_->contains(name); }

const json::value* Fields::take(std::string_view name) {
  used_.emplace(name);
  return object_->if_contains(name);
}

const json::value& Fields::require(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) wrong(name, "is missing");
  return *value;
}

std::string Fields::text(std::string_view name, std::optional<std::string> otherwise) {
  if (otherwise && !has(name)) return take(name), *otherwise;
  const auto* text = require(name).if_string();
  if (text == nullptr) wrong(name, "must be a string");
  return std::string(*text);
}

std::int64_t Fields::integer(std::string_view name, std::optional<std::int64_t> otherwise) {
  if (otherwise && !has(name)) return take(name), *otherwise;
  const auto* number = require(name).if_int64();
  if (number == nullptr) wrong(name, "must be a whole number");
  return *number;
}

double Fields::number(std::string_view name, std::optional<double> otherwise) {
  if (otherwise && !has(name)) return take(name), *otherwise;
  const auto& value = require(name);
  if (!value.is_number()) wrong(name, "must be a number");
  return value.to_number<double>();
}

bool Fields::flag(std::string_view name, bool otherwise) {
  const auto* value = take(name);
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) wrong(name, "must be true or false");
  return value->get_bool();
}

std::string Fields::one_of(std::string_view name, std::initializer_list<std::string_view> allowed, std::optional<std::string> otherwise) {
  std::string value = text(name, std::move(otherwise));
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    wrong(name, fmt::format("'{}' is not one of {}", value, fmt::join(allowed, ", ")));
  }
  return value;
}

std::vector<std::string> Fields::texts(std::string_view name) {
  std::vector<std::string> texts;
  const auto* value = take(name);
  if (value == nullptr) return texts;
  if (!value->is_array()) wrong(name, "must be a list of strings");
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) wrong(name, "must be a list of strings");
    texts.emplace_back(item.get_string());
  }
  return texts;
}

std::map<std::string, std::string> Fields::text_map(std::string_view name) {
  std::map<std::string, std::string> texts;
  const auto* value = take(name);
  if (value == nullptr) return texts;
  if (!value->is_object()) wrong(name, "must be an object of strings");
  for (const auto& [key, item] : value->get_object()) {
    if (!item.is_string()) wrong(name, fmt::format("'{}' must be a string", std::string_view(key)));
    texts.emplace(key, item.get_string());
  }
  return texts;
}

std::vector<Fields> Fields::objects(std::string_view name) {
  std::vector<Fields> items;
  const auto* value = take(name);
  if (value == nullptr) return items;
  if (!value->is_array()) wrong(name, "must be a list of objects");
  for (const auto& item : value->get_array()) items.emplace_back(fmt::format("{}[{}]", path(name), items.size()), item);
  return items;
}

std::map<std::string, Fields> Fields::object_map(std::string_view name) {
  std::map<std::string, Fields> items;
  const auto* value = take(name);
  if (value == nullptr) return items;
  if (!value->is_object()) wrong(name, "must be an object of objects");
  for (const auto& [key, item] : value->get_object())
    items.emplace(key, Fields(fmt::format("{}['{}']", path(name), std::string_view(key)), item));
  return items;
}

Fields Fields::object(std::string_view name) { return Fields(path(name), require(name)); }

void Fields::finish() const {
  for (const auto& [name, value] : *object_) {
    if (!used_.contains(std::string_view(name))) wrong(name, "is not a known field");
  }
}

}  // namespace spm::sandbox
