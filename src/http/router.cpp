#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace spm::http {
namespace {

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }
std::string_view parameter_name(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_well_formed(std::string_view template_path) {
  if (!template_path.starts_with('/')) return false;
  const auto segments = split(template_path);
  return std::all_of(segments.begin(), segments.end(), [](std::string_view segment) {
    const bool has_brace = segment.find_first_of("{}") != std::string_view::npos;
    return !has_brace || (segment.size() > 2 && segment.find('{') == 0 && segment.find('}') == segment.size() - 1);
  });
}

// Orders literals before parameters, position by position.
bool more_literal(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](std::string_view x, std::string_view y) {
    return is_parameter(x) != is_parameter(y) ? is_parameter(y) : !is_parameter(x) && x < y;
  });
}

// /a/{id} and /a/{name} are one path.
bool same_shape(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  return !more_literal(a, b) && !more_literal(b, a);
}

std::string allow_header(const std::map<Method, const Endpoint*>& methods) {
  std::string allow;
  for (const auto& [method, endpoint] : methods) {
    if (!allow.empty()) allow += ", ";
    allow += to_string(method);
    if (method == Method::Get && !methods.contains(Method::Head)) allow += ", HEAD";
  }
  return allow;
}

}  // namespace

Router::Router(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {
  for (const auto& endpoint : endpoints_) {
    const auto name = std::string(to_string(endpoint.method)) + " " + std::string(endpoint.path);
    if (!is_well_formed(endpoint.path)) throw std::logic_error("not a path: " + name);
    auto segments = split(endpoint.path);
    auto path = std::find_if(paths_.begin(), paths_.end(), [&](const Path& known) { return same_shape(known.segments, segments); });
    if (path == paths_.end()) path = paths_.insert(paths_.end(), Path{std::move(segments), {}});
    if (!path->methods.emplace(endpoint.method, &endpoint).second) throw std::logic_error("two endpoints for " + name);
  }
  std::sort(paths_.begin(), paths_.end(), [](const Path& a, const Path& b) { return more_literal(a.segments, b.segments); });
}

bool Router::fits(const Path& path, const std::vector<std::string>& segments) {
  return std::equal(
      path.segments.begin(), path.segments.end(), segments.begin(), segments.end(),
      [](std::string_view expected, const std::string& given) { return is_parameter(expected) ? !given.empty() : expected == given; });
}

RouteSearch Router::find(Method method, std::string_view path) const {
  if (!path.starts_with('/')) return NoSuchPath{};
  std::vector<std::string> segments;
  for (const auto segment : split(path)) {
    auto decoded = percent_decode(segment);
    if (!decoded) return NoSuchPath{};
    segments.push_back(std::move(*decoded));
  }
  const auto found = std::find_if(paths_.begin(), paths_.end(), [&](const Path& known) { return fits(known, segments); });
  if (found == paths_.end()) return NoSuchPath{};
  auto by_method = found->methods.find(method);
  if (by_method == found->methods.end() && method == Method::Head) by_method = found->methods.find(Method::Get);
  if (by_method == found->methods.end()) return WrongMethod{allow_header(found->methods)};
  Route route{by_method->second, {}};
  const auto names = split(route.endpoint->path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_parameter(names[i])) route.path_params.emplace(parameter_name(names[i]), std::move(segments[i]));
  }
  return route;
}

}  // namespace spm::http
