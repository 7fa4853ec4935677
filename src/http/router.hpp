#pragma once
// Finds the endpoint of a request from the table of endpoints: which path, then which method, so that 404 and 405 fall out of the
// table. Immutable once built; safe from any thread.

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/endpoint.hpp"

namespace spm::http {

struct Route {
  const Endpoint* endpoint = nullptr;              // lives as long as the router
  std::map<std::string, std::string> path_params;  // decoded
};
struct NoSuchPath {};
struct WrongMethod {
  std::string allow;  // "GET, HEAD, PATCH": the Allow header
};
using RouteSearch = std::variant<Route, NoSuchPath, WrongMethod>;

class Router {
 public:
  // Throws std::logic_error when two endpoints have the same method and path, or a path is not well-formed.
  explicit Router(std::vector<Endpoint> endpoints);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // A literal segment beats a parameter: /queue/stats is never /queue/{id}. HEAD is answered by GET. A parameter's segment is decoded
  // after the path was split, so an encoded slash stays inside it; it is never empty.
  [[nodiscard]] RouteSearch find(Method method, std::string_view path) const;
  [[nodiscard]] const std::vector<Endpoint>& endpoints() const { return endpoints_; }

 private:
  struct Path {
    std::vector<std::string_view> segments;
    std::map<Method, const Endpoint*> methods;
  };
  [[nodiscard]] static bool fits(const Path& path, const std::vector<std::string>& segments);

  const std::vector<Endpoint> endpoints_;
  std::vector<Path> paths_;  // the more literal before the less literal
};

}  // namespace spm::http
