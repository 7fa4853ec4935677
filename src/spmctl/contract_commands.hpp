#pragma once
// The commands of spmctl, made from the contract: one for each operation, so that none can be forgotten. Pure.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace spm::spmctl {

enum class Place { Path, Query, Header, Body };

// How a word of the command line becomes a JSON value.
enum class Kind { Text, Integer, Number, Boolean, Json };

struct Field {
  std::string name;    // in the contract: "errata_ids"
  std::string option;  // "--errata-ids"; a path parameter's is its name in capitals
  Place place = Place::Query;
  Kind kind = Kind::Text;
  bool is_list = false;  // may be given several times
  bool is_required = false;
  std::vector<std::string> choices;
  std::string help;
};

struct Command {
  std::string group;  // "queue"
  std::string verb;   // "add"
  std::string method;
  std::string path;       // "/api/v1/queue/{id}"
  std::string operation;  // the contract's operationId
  std::string summary;
  std::string description;
  bool takes_body = false;
  std::vector<Field> fields;  // path parameters first, in their order

  // Runs when the group is named alone: "spmctl queue", "spmctl health".
  [[nodiscard]] bool is_default() const;
};

// Throws when the document is not built like OpenAPI. Sorted by group; the names are unique.
[[nodiscard]] std::vector<Command> commands_of(const json::value& contract);
// The contract that was built into the program.
[[nodiscard]] json::value embedded_contract();

// A word of the command line as the value that the contract wants; the error names the option.
[[nodiscard]] Result<json::value> value_of(const Field& field, const std::string& word);

}  // namespace spm::spmctl
