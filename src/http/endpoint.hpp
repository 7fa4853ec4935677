#pragma once
// One row of a slice's table of endpoints. The contract must describe the same method and path; see Contract::compare_routes.

#include <functional>
#include <string_view>

#include "access/permission.hpp"
#include "base/error.hpp"
#include "http/message.hpp"

namespace spm::http {

struct Endpoint {
  Method method;
  std::string_view path;          // "/api/v1/queue/{id}"; text that outlives the server
  access::Permission permission;  // what the caller must be allowed to do
  // Runs on a worker thread, several at a time; may block on the database only. The request fits the contract.
  std::function<Result<Response>(const Request&)> handle;
};

}  // namespace spm::http
