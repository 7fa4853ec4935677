#include "http/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/parse.hpp>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "http/contract_embedded.hpp"
#include "http/field_errors.hpp"
#include "http/json_body.hpp"
#include "http/schema.hpp"

namespace spm::http {
namespace {

constexpr std::size_t kMaxDocumentDepth = 128;
constexpr std::string_view kJson = "application/json";

enum class Place { Path, Query, Header };

struct Parameter {
  std::string name;
  Place place = Place::Query;
  bool required = false;
  const json::value* schema = nullptr;
};

struct Operation {
  std::vector<Parameter> parameters;
  bool takes_body = false;
  bool body_required = false;
  const json::value* body_schema = nullptr;  // null: a body that is not JSON
  const json::object* responses = nullptr;
  bool is_open = false;
  bool ignores_unknown_query = false;  // where others decide what they send along
};

using OperationKey = std::pair<std::string, Method>;

json::value parse_document(std::string_view text, boost::system::error_code& error) {
  json::parse_options options;
  options.max_depth = kMaxDocumentDepth;
  return json::parse(text, error, {}, options);
}

std::string name_of(Method method, std::string_view path) { return fmt::format("{} {}", to_string(method), path); }

Method described_method(Method method) { return method == Method::Head ? Method::Get : method; }

// "application/json; charset=utf-8" → "application/json", in lower case.
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  for (auto& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return type;
}

const json::value* json_schema(const json::object& holder) {
  const auto* content = holder.if_contains("content");
  const auto* media = content != nullptr ? content->as_object().if_contains(kJson) : nullptr;
  return media != nullptr ? media->as_object().if_contains("schema") : nullptr;
}

bool is_true(const json::object& holder, std::string_view key) {
  const auto* value = holder.if_contains(key);
  return value != nullptr && *value == json::value(true);
}

}  // namespace

struct Contract::Document {
  explicit Document(std::string_view json_text, json::value parsed) : text(json_text), root(std::move(parsed)), checker(root) {}
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  void load();
  void load_path(const std::string& path, const json::object& item);
  [[nodiscard]] Operation load_operation(const std::string& name, const json::object& described, const json::object& item);
  void load_parameters(Operation& operation, const std::string& name, const json::object& holder);
  [[nodiscard]] bool needs_nothing(const json::object& described) const;

  [[nodiscard]] const Operation* find(Method method, std::string_view path) const {
    const auto found = operations.find(OperationKey(path, described_method(method)));
    return found == operations.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Operation& at(Method method, std::string_view path) const {
    const auto* operation = find(method, path);
    if (operation == nullptr) throw std::logic_error("the contract does not describe " + name_of(method, path));
    return *operation;
  }

  void check_query(const Operation& operation, const Request& request, FieldErrors& errors) const;
  void check_named(const Parameter& parameter, const std::optional<std::string>& given, FieldErrors& errors) const;
  void check_body(const Operation& operation, Request& request, FieldErrors& errors) const;
  [[nodiscard]] const json::object* response_of(const Operation& operation, int status) const;

  const std::string text;
  const json::value root;
  SchemaChecker checker;
  std::map<OperationKey, Operation> operations;
  std::vector<std::string> problems;
};

void Contract::Document::load() {
  if (const auto* components = root.as_object().if_contains("components")) {
    if (const auto* schemas = components->as_object().if_contains("schemas")) {
      for (const auto& [name, schema] : schemas->as_object()) checker.inspect(schema, name, problems);
    }
  }
  if (problems.empty()) {
    for (const auto& [path, item] : root.at("paths").as_object()) load_path(path, item.as_object());
  }
}

void Contract::Document::load_path(const std::string& path, const json::object& item) {
  for (const auto method : {Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete}) {
    std::string key(to_string(method));
    for (auto& c : key) c = static_cast<char>(c - 'A' + 'a');
    const auto* described = item.if_contains(key);
    if (described == nullptr) continue;
    operations.emplace(OperationKey(path, method), load_operation(name_of(method, path), described->as_object(), item));
  }
}

Operation Contract::Document::load_operation(const std::string& name, const json::object& described, const json::object& item) {
  Operation operation;
  operation.is_open = needs_nothing(described);
  operation.ignores_unknown_query = is_true(described, "x-ignores-unknown-query");
  load_parameters(operation, name, item);
  load_parameters(operation, name, described);
  if (const auto* body = described.if_contains("requestBody")) {
    const auto& resolved = checker.resolve(*body).as_object();
    operation.takes_body = true;
    operation.body_required = is_true(resolved, "required");
    operation.body_schema = json_schema(resolved);
    if (operation.body_schema != nullptr) checker.inspect(*operation.body_schema, name + " body", problems);
  }
  operation.responses = &described.at("responses").as_object();
  for (const auto& [status, response] : *operation.responses) {
    const auto* schema = json_schema(checker.resolve(response).as_object());
    if (schema != nullptr) checker.inspect(*schema, fmt::format("{} {}", name, std::string_view(status)), problems);
  }
  return operation;
}

void Contract::Document::load_parameters(Operation& operation, const std::string& name, const json::object& holder) {
  const auto* list = holder.if_contains("parameters");
  if (list == nullptr) return;
  for (const auto& entry : list->as_array()) {
    const auto& described = checker.resolve(entry).as_object();
    Parameter parameter;
    parameter.name = described.at("name").as_string();
    const std::string_view place = described.at("in").as_string();
    if (place != "path" && place != "query" && place != "header")
      problems.push_back(fmt::format("{} {}: in {} is not checked", name, parameter.name, place));
    parameter.place = place == "path" ? Place::Path : place == "header" ? Place::Header : Place::Query;
    parameter.required = is_true(described, "required");
    parameter.schema = &described.at("schema");
    checker.inspect(*parameter.schema, fmt::format("{} {}", name, parameter.name), problems);
    operation.parameters.push_back(std::move(parameter));
  }
}

// Nobody needs to authenticate when the operation, or else the whole document, asks for no security scheme.
bool Contract::Document::needs_nothing(const json::object& described) const {
  const auto* security = described.if_contains("security");
  if (security == nullptr) security = root.as_object().if_contains("security");
  return security == nullptr || security->as_array().empty();
}

void Contract::Document::check_query(const Operation& operation, const Request& request, FieldErrors& errors) const {
  std::set<std::string_view> known;
  for (const auto& parameter : operation.parameters) {
    if (parameter.place != Place::Query) continue;
    known.insert(parameter.name);
    const auto [first, last] = request.query.equal_range(parameter.name);
    if (checker.may_be(*parameter.schema, "array") && first != last) {
      json::array items;
      const auto& schema = checker.resolve(*parameter.schema).as_object();
      const auto* item_schema = schema.if_contains("items");
      for (auto given = first; given != last; ++given) {
        items.push_back(item_schema != nullptr ? checker.from_text(*item_schema, given->second) : json::value(given->second));
      }
      checker.check(*parameter.schema, items, parameter.name, errors);
    } else if (std::distance(first, last) > 1) {
      errors.add(parameter.name, "must be given only once");
    } else {
      check_named(parameter, request.query_param(parameter.name), errors);
    }
  }
  for (const auto& [name, value] : request.query) {
    if (!known.contains(name) && !operation.ignores_unknown_query) errors.add(name, "is not a parameter of this call");
  }
}

void Contract::Document::check_named(const Parameter& parameter, const std::optional<std::string>& given, FieldErrors& errors) const {
  if (given) {
    checker.check(*parameter.schema, checker.from_text(*parameter.schema, *given), parameter.name, errors);
  } else if (parameter.required) {
    errors.add(parameter.name, "is required");
  }
}

void Contract::Document::check_body(const Operation& operation, Request& request, FieldErrors& errors) const {
  request.json_body = nullptr;
  if (!operation.takes_body) {
    if (!request.body.empty()) errors.add("body", "must be empty: this call takes none");
    return;
  }
  if (request.body.empty()) {
    if (operation.body_required) errors.add("body", "is required");
    if (operation.body_schema != nullptr) request.json_body = json::object();
    return;
  }
  if (operation.body_schema == nullptr) return;
  if (media_type(request.header("Content-Type").value_or("")) != kJson) return errors.add("Content-Type", "must be application/json");
  auto body = parse_json_body(request.body, errors);
  if (!body) return;
  checker.check(*operation.body_schema, *body, "", errors);
  request.json_body = std::move(*body);
}

const json::object* Contract::Document::response_of(const Operation& operation, int status) const {
  const auto* response = operation.responses->if_contains(std::to_string(status));
  if (response == nullptr) response = operation.responses->if_contains("default");
  return response == nullptr ? nullptr : &checker.resolve(*response).as_object();
}

Result<Contract> Contract::load(std::string_view json_text) {
  boost::system::error_code error;
  auto root = parse_document(json_text, error);
  if (error) return fail(ErrorCode::InternalError, "the contract is not valid JSON: " + error.message());
  const auto document = std::make_shared<Document>(json_text, std::move(root));
  try {
    document->load();
  } catch (const std::exception& broken) {
    document->problems.push_back(fmt::format("the document is not built like OpenAPI 3.1: {}", broken.what()));
  }
  if (!document->problems.empty())
    return fail(ErrorCode::InternalError, fmt::format("the contract cannot be used: {}", fmt::join(document->problems, "; ")));
  return Contract(document);
}

Contract Contract::embedded() {
  std::string text;
  for (const auto chunk : kContractChunks) text += chunk;
  auto contract = load(text);
  if (!contract) throw std::logic_error(contract.error().message);
  return std::move(*contract);
}

Result<void> Contract::validate(Request& request, std::string_view path) const {
  const auto& operation = document_->at(request.method, path);
  FieldErrors errors;
  for (const auto& parameter : operation.parameters) {
    if (parameter.place == Place::Header) document_->check_named(parameter, request.header(parameter.name), errors);
    if (parameter.place != Place::Path) continue;
    const auto given = request.path_params.find(parameter.name);
    document_->check_named(parameter, given == request.path_params.end() ? std::nullopt : std::optional(given->second), errors);
  }
  document_->check_query(operation, request, errors);
  document_->check_body(operation, request, errors);
  if (!errors.empty()) return tl::unexpected<Error>(errors.to_error());
  return {};
}

bool Contract::takes_header(Method method, std::string_view path, std::string_view name) const {
  const auto* operation = document_->find(method, path);
  if (operation == nullptr) return false;
  for (const auto& parameter : operation->parameters) {
    if (parameter.place == Place::Header && parameter.name == name) return true;
  }
  return false;
}

std::vector<std::string> Contract::check_response(Method method, std::string_view path, const Response& response) const {
  const auto& operation = document_->at(method, path);
  const auto* described = document_->response_of(operation, response.status);
  if (described == nullptr) return {fmt::format("{} must not answer {}", name_of(method, path), response.status)};
  if (response.next_piece) return {};  // a stream has no schema
  const auto* schema = json_schema(*described);
  if (schema == nullptr) {
    const bool may_have_body = described->contains("content");
    return may_have_body || response.body.empty() ? std::vector<std::string>() : std::vector<std::string>{"body must be empty"};
  }
  const auto content_type = response.headers.find("Content-Type");
  if (content_type == response.headers.end() || media_type(content_type->second) != kJson) return {"Content-Type must be application/json"};
  boost::system::error_code error;
  const auto body = parse_document(response.body, error);
  if (error) return {"body is not valid JSON: " + error.message()};
  FieldErrors errors;
  document_->checker.check(*schema, body, "", errors);
  std::vector<std::string> problems;
  for (const auto& [field, problem] : errors.problems()) problems.push_back(fmt::format("{} {}", field, problem));
  return problems;
}

std::vector<std::string> Contract::compare_routes(const std::vector<Endpoint>& endpoints) const {
  std::vector<std::string> differences;
  std::set<OperationKey> served;
  for (const auto& endpoint : endpoints) {
    served.emplace(std::string(endpoint.path), endpoint.method);
    const auto name = name_of(endpoint.method, endpoint.path);
    const auto* operation = document_->find(endpoint.method, endpoint.path);
    const bool is_open = endpoint.permission == access::Permission::Open;
    if (operation == nullptr) {
      differences.push_back(name + " is served, but the contract does not describe it");
    } else if (operation->is_open != is_open) {
      differences.push_back(fmt::format("{} {} authentication, but the contract says otherwise", name, is_open ? "needs no" : "needs"));
    }
  }
  for (const auto& [key, operation] : document_->operations) {
    if (!served.contains(key))
      differences.push_back(name_of(key.second, key.first) + " is described by the contract, but nothing serves it");
  }
  return differences;
}

const std::string& Contract::text() const { return document_->text; }

}  // namespace spm::http
