#pragma once
// One row for each setting: what may be written, what it means, where it goes. Loading, .env.example and the documentation read it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace spm::config {

enum class Type {
  Integer,
  Number,
  Boolean,
  Text,
  Secret,
  Url,
  Place,
  Severity,
  Choice,
  Port,
  File,
  Address,
  Networks,
  TimeZone,
  GroupRoles
};

// A checked value, in the form that its type uses.
struct Value {
  bool is_set = false;  // false: the setting has no default and was not given
  std::string text;
  std::int64_t integer = 0;
  double number = 0;
  bool flag = false;
  ports::Severity severity{};
};

using Store = void (*)(Settings&, const Value&);

enum class Required { No, Serve };

struct Range {
  double min = 0;
  double max = 0;
};

struct Setting {
  std::string_view section = {};  // heading in the documents; given by settings_table()
  std::string_view key;
  std::string_view older_name = {};  // still works, with a warning
  Type type = Type::Text;
  Range range = {};  // of a number, or of the length of a text or secret
  std::vector<std::string_view> choices = {};
  std::string_view default_text = {};  // empty: none
  Required required = Required::No;
  std::string_view unit = {};
  std::string_view description;
  Store store = nullptr;  // null: used to make another one (DB_* become one conninfo)
};

[[nodiscard]] const std::vector<Setting>& settings_table();

}  // namespace spm::config
