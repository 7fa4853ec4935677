// JSON bodies against every schema of the contract. The first byte chooses the operation.
// Laws: a body that was accepted can be written and is accepted again as the same; one that was refused says which field is wrong.

#include <boost/json/serialize.hpp>

#include "fuzz/contract_paths.hpp"
#include "fuzz/law.hpp"

namespace {

using namespace spm;
using fuzz::law;

struct Operations {
  http::Contract contract = http::Contract::embedded();
  std::vector<std::string> paths;
  std::vector<http::Endpoint> endpoints =
      fuzz::contract_endpoints(contract, paths, [](const http::Request&) { return http::text_response(200, ""); });
};

http::Request request_with(const http::Endpoint& endpoint, std::string body) {
  http::Request request;
  request.method = endpoint.method;
  request.headers.emplace("Content-Type", "application/json");
  for (const auto* name : {"id", "queue_id", "errata_id"}) request.path_params.emplace(name, "1");
  request.body = std::move(body);
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Operations operations;
  if (size == 0) return 0;
  const auto& endpoint = operations.endpoints.at(data[0] % operations.endpoints.size());
  auto request = request_with(endpoint, std::string(fuzz::text_of(data + 1, size - 1)));
  const auto fits = operations.contract.validate(request, endpoint.path);
  if (!fits) {
    law(fits.error().details.contains("fields"), "a refusal names the fields");
    return 0;
  }
  if (request.body.empty() || request.json_body.is_null()) return 0;
  auto again = request_with(endpoint, json::serialize(request.json_body));
  law(operations.contract.validate(again, endpoint.path).has_value(), "an accepted body is accepted again");
  law(json::serialize(again.json_body) == again.body, "a body means the same when it was written");
  return 0;
}
