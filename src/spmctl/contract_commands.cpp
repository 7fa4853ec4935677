#include "spmctl/contract_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>
#include <set>

#include "http/contract_embedded.hpp"

namespace spm::spmctl {
namespace {

constexpr std::string_view kPrefix = "/api/v1/";
// Options of every command; a field of such a name is reached by --data.
const std::set<std::string, std::less<>> kReserved{"--data", "--help", "--output", "--profile", "--server"};

// Where the rule of verb_of() gives a name that nobody would guess.
const std::map<std::string_view, std::string_view> kVerbs{
    {"get_sync_run", "run"}, {"get_pending_approval", "show"}, {"create_queue_items", "create"}};
const std::map<std::string_view, std::string_view> kGroups{{"risk-profile", "risk"}, {"openapi.json", "contract"}};

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// Follows references: "#/components/schemas/Severity".
const json::object& resolved(const json::value& contract, const json::value& value) {
  const auto& object = value.as_object();
  const auto* reference = object.if_contains("$ref");
  if (reference == nullptr) return object;
  boost::system::error_code error;
  const auto* found = contract.find_pointer(std::string_view(reference->as_string()).substr(1), error);
  if (found == nullptr) throw std::runtime_error("the contract refers to nothing: " + std::string(reference->as_string()));
  return resolved(contract, *found);
}

std::vector<std::string> types_of(const json::object& schema) {
  std::vector<std::string> types;
  const auto* type = schema.if_contains("type");
  if (type == nullptr) return types;
  if (type->is_string()) return {std::string(type->get_string())};
  for (const auto& one : type->as_array()) {
    if (one.as_string() != "null") types.emplace_back(one.as_string());
  }
  return types;
}

Kind kind_of(const json::object& schema) {
  const auto types = types_of(schema);
  if (types.size() != 1) return types.empty() && schema.contains("enum") ? Kind::Text : Kind::Json;
  if (types[0] == "string") return Kind::Text;
  if (types[0] == "integer") return Kind::Integer;
  if (types[0] == "number") return Kind::Number;
  if (types[0] == "boolean") return Kind::Boolean;
  return Kind::Json;
}

std::string dashed(std::string text) {
  std::replace(text.begin(), text.end(), '_', '-');
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

Field field_of(const json::value& contract, std::string name, Place place, const json::value& schema_value) {
  const auto* schema = &resolved(contract, schema_value);
  Field field;
  field.option = place == Place::Path ? capitals(name) : "--" + dashed(name);
  field.name = std::move(name);
  field.place = place;
  field.help = text_of(schema_value.as_object(), "description");
  if (field.help.empty()) field.help = text_of(*schema, "description");
  if (const auto types = types_of(*schema); types == std::vector<std::string>{"array"} && schema->contains("items")) {
    field.is_list = true;
    schema = &resolved(contract, schema->at("items"));
  }
  field.kind = kind_of(*schema);
  if (const auto* choices = schema->if_contains("enum")) {
    for (const auto& choice : choices->as_array()) {
      if (choice.is_string()) field.choices.emplace_back(choice.as_string());
    }
  }
  return field;
}

void add_parameters(Command& command, const json::value& contract, const json::object& holder) {
  const auto* list = holder.if_contains("parameters");
  if (list == nullptr) return;
  for (const auto& entry : list->as_array()) {
    const auto& parameter = resolved(contract, entry);
    const auto where = text_of(parameter, "in");
    if (where == "cookie") continue;
    const auto place = where == "path" ? Place::Path : where == "header" ? Place::Header : Place::Query;
    auto field = field_of(contract, text_of(parameter, "name"), place, parameter.at("schema"));
    if (const auto help = text_of(parameter, "description"); !help.empty()) field.help = help;
    const auto* required = parameter.if_contains("required");
    field.is_required = required != nullptr && *required == json::value(true);
    command.fields.push_back(std::move(field));
  }
}

// The members of a body, those of its forms included. What is required stays the service's to say: --data may hold it.
void add_members(Command& command, const json::value& contract, const json::object& schema) {
  if (const auto* properties = schema.if_contains("properties")) {
    for (const auto& [name, property] : properties->as_object()) {
      auto field = field_of(contract, name, Place::Body, property);
      const bool is_taken = kReserved.contains(field.option) || std::any_of(command.fields.begin(), command.fields.end(),
                                                                            [&](const Field& f) { return f.option == field.option; });
      if (!is_taken) command.fields.push_back(std::move(field));
    }
  }
  for (const auto* word : {"oneOf", "anyOf", "allOf"}) {
    const auto* forms = schema.if_contains(word);
    if (forms == nullptr) continue;
    for (const auto& form : forms->as_array()) add_members(command, contract, resolved(contract, form));
  }
}

void add_body(Command& command, const json::value& contract, const json::object& operation) {
  const auto* body = operation.if_contains("requestBody");
  if (body == nullptr) return;
  command.takes_body = true;
  const auto* content = resolved(contract, *body).if_contains("content");
  const auto* media = content != nullptr ? content->as_object().if_contains("application/json") : nullptr;
  const auto* schema = media != nullptr ? media->as_object().if_contains("schema") : nullptr;
  if (schema != nullptr) add_members(command, contract, resolved(contract, *schema));
}

std::vector<std::string> segments_of(std::string_view path) {
  if (path.starts_with(kPrefix)) path.remove_prefix(kPrefix.size() - 1);
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    segments.emplace_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

// "queue/{id}" and GET → "show"; "sync/runs" → "runs"; "checks/{id}" and PATCH → "change"; "test/{id}/abort" → "abort".
std::string verb_of(const Command& command, const std::vector<std::string>& segments) {
  if (const auto known = kVerbs.find(command.operation); known != kVerbs.end()) return std::string(known->second);
  std::string words;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i].starts_with('{')) continue;
    words += (words.empty() ? "" : "-") + segments[i];
  }
  const bool is_about_one = segments.back().starts_with('{');
  const bool is_named = !words.empty() && !is_about_one;
  std::string verb;
  if (command.method == "GET" && !is_named) verb = command.operation.starts_with("list") ? "list" : "show";
  if (command.method == "POST" && !is_named) verb = "add";
  if (command.method == "PATCH") verb = "change";
  if (command.method == "PUT") verb = "set";
  if (command.method == "DELETE") verb = "delete";
  if (verb.empty()) return words;
  return words.empty() ? verb : words + "-" + verb;
}

Command command_of(const json::value& contract, std::string method, std::string path, const json::object& item,
                   const json::object& operation) {
  Command command;
  command.method = std::move(method);
  command.path = std::move(path);
  command.operation = text_of(operation, "operationId");
  command.summary = text_of(operation, "summary");
  command.description = text_of(operation, "description");
  const auto segments = segments_of(command.path);
  const auto group = kGroups.find(segments.front());
  command.group = group == kGroups.end() ? segments.front() : std::string(group->second);
  command.verb = verb_of(command, segments);
  add_parameters(command, contract, item);
  add_parameters(command, contract, operation);
  std::stable_partition(command.fields.begin(), command.fields.end(), [](const Field& field) { return field.place == Place::Path; });
  add_body(command, contract, operation);
  return command;
}

// Two operations of one path have one name by the rule ("GET …/config", "POST …/config"): what changes something then says so.
void part_namesakes(std::vector<Command>& commands) {
  std::set<std::pair<std::string, std::string>> taken;
  for (auto& command : commands) {
    if (command.method == "GET") taken.emplace(command.group, command.verb);
  }
  for (auto& command : commands) {
    if (command.method == "GET" || taken.emplace(command.group, command.verb).second) continue;
    for (const auto& verb : {command.verb + "-add", dashed(command.operation)}) {
      command.verb = verb;
      if (taken.emplace(command.group, command.verb).second) break;
    }
  }
}

}  // namespace

bool Command::is_default() const {
  const bool needs_nothing = std::none_of(fields.begin(), fields.end(), [](const Field& field) { return field.is_required; });
  return method == "GET" && needs_nothing && (verb == "list" || verb == "show");
}

std::vector<Command> commands_of(const json::value& contract) {
  std::vector<Command> commands;
  for (const auto& [path, item] : contract.at("paths").as_object()) {
    for (const auto* method : {"get", "post", "put", "patch", "delete"}) {
      const auto* operation = item.as_object().if_contains(method);
      if (operation != nullptr) commands.push_back(command_of(contract, capitals(method), path, item.as_object(), operation->as_object()));
    }
  }
  part_namesakes(commands);
  std::stable_sort(commands.begin(), commands.end(), [](const Command& a, const Command& b) { return a.group < b.group; });
  return commands;
}

json::value embedded_contract() {
  std::string text;
  for (const auto chunk : http::kContractChunks) text += chunk;
  json::parse_options options;
  options.max_depth = 128;
  return json::parse(text, {}, options);
}

Result<json::value> value_of(const Field& field, const std::string& word) {
  if (field.kind == Kind::Text) return json::value(word);
  boost::system::error_code error;
  auto value = json::parse(word, error);
  switch (field.kind) {
    case Kind::Integer:
      if (!error && (value.is_int64() || value.is_uint64() || value.is_null())) return value;
      return fail(ErrorCode::ValidationError, fmt::format("{} must be a whole number, not '{}'", field.option, word));
    case Kind::Number:
      if (!error && (value.is_number() || value.is_null())) return value;
      return fail(ErrorCode::ValidationError, fmt::format("{} must be a number, not '{}'", field.option, word));
    case Kind::Boolean:
      if (!error && (value.is_bool() || value.is_null())) return value;
      return fail(ErrorCode::ValidationError, fmt::format("{} must be true or false, not '{}'", field.option, word));
    default:
      // Of several types: what is no JSON is a text, such as a name.
      return error ? json::value(word) : std::move(value);
  }
}

}  // namespace spm::spmctl
