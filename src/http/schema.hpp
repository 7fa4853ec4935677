#pragma once
// Checks JSON values against the schemas of the contract. It knows the words that the contract uses and refuses a contract with others,
// so that nothing that looks checked is not: type, enum, const, minimum, maximum, minLength, maxLength, pattern, format (date-time), items,
// minItems, maxItems, uniqueItems, properties, required, additionalProperties, oneOf, anyOf, $ref.
// Reads only after inspect(); then safe from any thread.

#include <boost/json/value.hpp>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "http/field_errors.hpp"

namespace spm::http {

class SchemaChecker {
 public:
  // `document` must outlive the checker; references are looked up in it.
  explicit SchemaChecker(const json::value& document) : document_(document) {}

  // Adds to `problems` what this checker could not honour in the schema, and prepares its patterns. Must have seen every schema once.
  void inspect(const json::value& schema, const std::string& where, std::vector<std::string>& problems);

  // Adds what is wrong with the value, each under its path; `path` is empty for a whole body.
  void check(const json::value& schema, const json::value& value, const std::string& path, FieldErrors& errors) const;

  // A parameter's text as the type that the schema asks for; text that does not look like it stays text, and fails the check.
  [[nodiscard]] json::value from_text(const json::value& schema, std::string_view text) const;
  // Whether the schema allows this type ("array"), references followed.
  [[nodiscard]] bool may_be(const json::value& schema, std::string_view type) const;

  // The referenced value; the value itself when it is no reference. Throws std::logic_error when it does not exist.
  [[nodiscard]] const json::value& resolve(const json::value& value) const;

 private:
  void inspect_members(const json::object& schema, const std::string& where, std::vector<std::string>& problems);
  void check_string(const json::object& schema, const json::string& value, const std::string& field, FieldErrors& errors) const;
  void check_array(const json::object& schema, const json::array& value, const std::string& path, FieldErrors& errors) const;
  void check_object(const json::object& schema, const json::object& value, const std::string& path, FieldErrors& errors) const;
  void check_forms(const json::object& schema, const json::value& value, const std::string& path, FieldErrors& errors) const;
  [[nodiscard]] bool contradicts(const json::value& form, const json::value& value) const;

  const json::value& document_;
  std::map<std::string, std::regex, std::less<>> patterns_;
};

}  // namespace spm::http
