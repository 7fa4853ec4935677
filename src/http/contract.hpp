#pragma once
// The OpenAPI document as the one source of truth: requests are checked against it before a handler sees them, answers in the tests,
// and the table of endpoints at the start. Immutable once loaded; safe from any thread; cheap to copy.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/endpoint.hpp"
#include "http/message.hpp"

namespace spm::http {

class Contract {
 public:
  // The error lists everything in the document that could not be honoured.
  [[nodiscard]] static Result<Contract> load(std::string_view json_text);
  // The document that was built into the program; throws std::logic_error when that is broken.
  [[nodiscard]] static Contract embedded();

  // Checks path parameters, query, headers and body, all problems in one validation_error, and fills request.json_body: the parsed
  // body, an empty object when an optional one was left out, null when the contract describes none. `path` is the endpoint's template;
  // one that the contract does not know throws std::logic_error.
  [[nodiscard]] Result<void> validate(Request& request, std::string_view path) const;

  // Whether the operation takes this header ("Idempotency-Key").
  [[nodiscard]] bool takes_header(Method method, std::string_view path, std::string_view name) const;

  // What in an answer contradicts the document ("items[0].id must be a whole number"); empty when nothing does.
  [[nodiscard]] std::vector<std::string> check_response(Method method, std::string_view path, const Response& response) const;

  // What the table of endpoints and the document say differently: paths, methods, and who needs no authentication; empty when they agree.
  [[nodiscard]] std::vector<std::string> compare_routes(const std::vector<Endpoint>& endpoints) const;

  // The document as JSON, for GET /openapi.json.
  [[nodiscard]] const std::string& text() const;

 private:
  struct Document;
  explicit Contract(std::shared_ptr<const Document> document) : document_(std::move(document)) {}
  std::shared_ptr<const Document> document_;
};

}  // namespace spm::http
