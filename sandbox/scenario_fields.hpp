#pragma once
// Reads a JSON object field by field, and says exactly which field is wrong: "systems[3].cpu_percent must be a
// number". Throws ScenarioError, which parse_scenario turns into a Result; used nowhere else.

#include <boost/json/value.hpp>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace spm::sandbox {

class ScenarioError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Fields {
 public:
  // `where` is the path of this object in the file. The document must outlive the reader.
  Fields(std::string where, const boost::json::value& value);

  [[nodiscard]] bool has(std::string_view name) const;
  std::string text(std::string_view name, std::optional<std::string> otherwise = std::nullopt);
  std::int64_t integer(std::string_view name, std::optional<std::int64_t> otherwise = std::nullopt);
  double number(std::string_view name, std::optional<double> otherwise = std::nullopt);
  bool flag(std::string_view name, bool otherwise);
  std::string one_of(std::string_view name, std::initializer_list<std::string_view> allowed,
                     std::optional<std::string> otherwise = std::nullopt);
  // Absent: empty.
  std::vector<std::string> texts(std::string_view name);
  std::map<std::string, std::string> text_map(std::string_view name);
  std::vector<Fields> objects(std::string_view name);
  std::map<std::string, Fields> object_map(std::string_view name);
  Fields object(std::string_view name);

  [[noreturn]] void wrong(std::string_view name, const std::string& what) const;
  // Every field was known; a misspelt one would otherwise be ignored in silence.
  void finish() const;

 private:
  const boost::json::value* take(std::string_view name);
  const boost::json::value& require(std::string_view name);
  [[nodiscard]] std::string path(std::string_view name) const;

  std::string where_;
  const boost::json::object* object_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace spm::sandbox
