#pragma once
// The endpoints that the contract describes, with handlers of the fuzzer's own.

#include <boost/json/parse.hpp>
#include <functional>
#include <string>
#include <vector>

#include "http/contract.hpp"

namespace spm::fuzz {

using Handle = std::function<Result<http::Response>(const http::Request&)>;

// `paths` keeps the texts that the endpoints point to.
inline std::vector<http::Endpoint> contract_endpoints(const http::Contract& contract, std::vector<std::string>& paths,
                                                      const Handle& handle) {
  const auto document = json::parse(contract.text());
  const auto& described = document.at("paths").as_object();
  paths.reserve(described.size());
  std::vector<http::Endpoint> endpoints;
  for (const auto& [path, operations] : described) {
    paths.emplace_back(path);
    for (const auto& [name, operation] : operations.as_object()) {
      std::string word(name);
      for (auto& c : word) c = static_cast<char>(c - 'a' + 'A');
      const auto method = http::parse_method(word);
      if (method != http::Method::Other) endpoints.push_back({method, paths.back(), access::Permission::Open, handle});
    }
  }
  return endpoints;
}

}  // namespace spm::fuzz
