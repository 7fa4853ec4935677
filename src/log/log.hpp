#pragma once
// Log lines: one JSON object a line, on stdout and, when asked for, in a file that rotates by size. Every module calls this.
//
// Safe from any thread, never throws, never blocks on anything but the sinks. Registered secrets are replaced in every line.

#include <boost/json/value.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace spm::log {

enum class Level { Debug, Info, Warning, Error };

[[nodiscard]] std::string_view to_string(Level level);
[[nodiscard]] std::optional<Level> parse_level(std::string_view word);  // any case; "warn" too

// One named value of a line: {"test_id", 17}.
struct Field {
  std::string_view name;
  json::value value;

  Field(std::string_view field_name, json::value field_value) : name(field_name), value(std::move(field_value)) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(text) {}
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(json::string_view(text.data(), text.size())) {}
  Field(std::string_view field_name, const std::string& text) : Field(field_name, std::string_view(text)) {}
  Field(std::string_view field_name, const AdvisoryName& advisory) : Field(field_name, std::string_view(advisory.value)) {}
  Field(std::string_view field_name, Time time) : Field(field_name, format_time(time)) {}
  template <class Tag>
  Field(std::string_view field_name, Id<Tag> id) : name(field_name), value(id.value) {}
};
using Fields = std::initializer_list<Field>;

struct Options {
  Level level = Level::Info;
  std::string file;  // empty: no file
  bool stdout_on = true;
};

// Until start() is called, lines of Info and above go to stdout. The error says why the file cannot be written.
[[nodiscard]] Result<void> start(const Options& options);

// Opens the file anew under its name, for log rotation from outside (SIGHUP). Not for use inside a signal handler.
void reopen();

// From now on the text is written as "***", also within longer text. Shorter than 6 characters: ignored, it would eat ordinary words.
void register_secret(std::string secret);
// The text with every registered secret replaced; for what leaves by other ways than the log.
[[nodiscard]] std::string redacted(std::string_view text);

[[nodiscard]] bool is_enabled(Level level);
void write(Level level, std::string_view logger, std::string_view message, Fields fields = {});

inline void debug(std::string_view logger, std::string_view message, Fields fields = {}) { write(Level::Debug, logger, message, fields); }
inline void info(std::string_view logger, std::string_view message, Fields fields = {}) { write(Level::Info, logger, message, fields); }
inline void warning(std::string_view logger, std::string_view message, Fields fields = {}) {
  write(Level::Warning, logger, message, fields);
}
inline void error(std::string_view logger, std::string_view message, Fields fields = {}) { write(Level::Error, logger, message, fields); }

// Adds fields to every line that this thread writes while the scope lives. An inner field wins over an outer one of the same name.
class Scope {
 public:
  explicit Scope(Fields fields);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  std::size_t outer_size_;
};

}  // namespace spm::log
