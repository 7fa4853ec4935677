#pragma once
// Comma-separated values as RFC 4180 has them, from a text that is not to be trusted. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace spm::cves {

class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) : rest_(text) {}

  // The next record that is not an empty line; false at the end. An error says what is wrong with the quotes of which line, or that a
  // record has too many fields or a field too many letters.
  [[nodiscard]] Result<bool> next(std::vector<std::string>& fields);
  [[nodiscard]] std::size_t line() const { return line_; }  // on which the record began

 private:
  [[nodiscard]] Result<void> take_quoted(std::string& field);
  void take_plain(std::string& field);
  void end_line();

  std::string_view rest_;
  std::size_t next_line_ = 1;
  std::size_t line_ = 1;
};

}  // namespace spm::cves
