// Words of commands for managed systems. Law: read back by the rules of a POSIX shell, a quoted word is one word, and the same; what the
// package grammar admits needs no more than quotes. net/shell_words_test.cpp asks real shells.

#include <optional>
#include <string>

#include "base/package_grammar.hpp"
#include "fuzz/law.hpp"
#include "net/remote_script.hpp"

namespace {

using namespace spm;
using fuzz::law;

constexpr std::string_view kPrintf = "\"$(printf '\\";

// What a POSIX shell makes of one word of the forms that shell_quote writes: '…', \', "$(printf '\ooo')". nullopt: any other form, which
// might be expanded, split or executed.
std::optional<std::string> unquoted(std::string_view word) {
  std::string text;
  while (!word.empty()) {
    if (word.front() == '\'') {
      const auto end = word.find('\'', 1);
      if (end == std::string_view::npos) return std::nullopt;
      text += word.substr(1, end - 1);
      word.remove_prefix(end + 1);
    } else if (word.starts_with("\\'")) {
      text += '\'';
      word.remove_prefix(2);
    } else if (word.starts_with(kPrintf) && word.substr(kPrintf.size() + 3).starts_with("')\"")) {
      const auto digits = word.substr(kPrintf.size(), 3);
      if (digits.find_first_not_of("01234567") != std::string_view::npos || digits == "000" || digits == "012") return std::nullopt;
      text += static_cast<char>(std::stoi(std::string(digits), nullptr, 8));
      word.remove_prefix(kPrintf.size() + 6);
    } else {
      return std::nullopt;
    }
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string word(fuzz::text_of(data, size));
  if (word.find('\0') != std::string::npos) return 0;
  const auto quoted = net::shell_quote(word);
  const auto arrived = unquoted(quoted);
  law(arrived == word, "a quoted word arrives as it was");
  const bool is_admitted = is_package_name(versions::Family::Deb, word) || is_package_name(versions::Family::Rpm, word) ||
                           is_package_version(versions::Family::Deb, word) || is_package_version(versions::Family::Rpm, word) ||
                           is_unit_name(word) || is_minion_id(word) || is_advisory_name(word);
  if (is_admitted) {
    law(!word.empty() && word.front() != '-', "a name is no option");
    law(word.find_first_of(" \t\r\n'\"`$;&|<>()*?[]{}!#/") == std::string::npos, "a name holds nothing that a shell reads");
  }
  return 0;
}
