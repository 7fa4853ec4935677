#include "access/scope.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <iterator>

namespace spm::access {
namespace {

namespace json = boost::json;

template <class T>
std::set<T> common(const std::set<T>& a, const std::set<T>& b) {
  std::set<T> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

}  // namespace

json::object to_json(const Scope& scope) {
  return {{"organisations", json::array(scope.organisations.begin(), scope.organisations.end())},
          {"groups", json::array(scope.groups.begin(), scope.groups.end())}};
}

Scope scope_from(const json::value& json) {
  Scope scope;
  const auto* object = json.if_object();
  if (object == nullptr) return scope;
  if (const auto* organisations = object->if_contains("organisations"); organisations != nullptr && organisations->is_array()) {
    for (const auto& id : organisations->get_array()) scope.organisations.insert(id.to_number<std::int64_t>());
  }
  if (const auto* groups = object->if_contains("groups"); groups != nullptr && groups->is_array()) {
    for (const auto& name : groups->get_array()) scope.groups.emplace(name.as_string());
  }
  return scope;
}

std::optional<json::object> filter_of(const Scope& scope) {
  if (scope.is_everything()) return std::nullopt;
  return to_json(scope);
}

bool is_within(const Scope& inner, const Scope& outer) {
  if (outer.is_everything()) return true;
  if (inner.is_everything()) return false;
  return std::includes(outer.organisations.begin(), outer.organisations.end(), inner.organisations.begin(), inner.organisations.end()) &&
         std::includes(outer.groups.begin(), outer.groups.end(), inner.groups.begin(), inner.groups.end());
}

std::optional<Scope> narrowed(const Scope& scope, const Scope& limit) {
  if (limit.is_everything()) return scope;
  if (scope.is_everything()) return limit;
  Scope both{common(scope.organisations, limit.organisations), common(scope.groups, limit.groups)};
  if (both.is_everything()) return std::nullopt;
  return both;
}

}  // namespace spm::access
