#pragma once
// The small part of /bin/sh that scripts for managed systems need: words, quotes, $? and variables, ; && ||, redirections to /dev/null and
// of stderr to stdout. Anything else is a syntax error, never a guess. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace spm::sandbox {

enum class Join { Always, IfSucceeded, IfFailed };  // newline or ';', '&&', '||'

struct WordPart {
  std::string text;       // literal, or the name of a variable
  bool variable = false;  // "?" or an identifier
};
using Word = std::vector<WordPart>;

struct SimpleCommand {
  Join join = Join::Always;
  std::vector<std::pair<std::string, Word>> assignments;  // LC_ALL=C in front of the command
  std::vector<Word> words;
  bool err_to_out = false;  // 2>&1
  bool drop_out = false;    // >/dev/null
  bool drop_err = false;    // 2>/dev/null
};

[[nodiscard]] Result<std::vector<SimpleCommand>> parse_shell(std::string_view script);

}  // namespace spm::sandbox
