#pragma once
// A check that people add to tests: what it asks, what it expects, and whether an answer is that. Pure values and functions.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace spm::checks {

enum class Kind { Command, Http, Tcp };
enum class Match { Nothing, Equals, Contains, Regex };  // of a command's output, blanks at both ends left out

struct Check {
  std::string name;
  Kind kind = Kind::Command;
  // Command, run as root on the system: an argument list, or else a text for sh.
  std::vector<std::string> argv;
  std::string shell;
  int expected_exit_code = 0;
  Match match = Match::Nothing;
  std::string expected_output;
  // Http and Tcp, asked for from the orchestrator. "{host}" stands for the address of the system.
  std::string url;
  int expected_status = 200;
  std::string body_contains;
  bool verify_tls = true;
  std::string host = "{host}";
  int port = 0;

  std::chrono::seconds timeout{10};  // of one try
  int retries = 2;                   // further tries
  std::chrono::seconds retry_after{10};
};

[[nodiscard]] std::string_view to_string(Kind kind);
[[nodiscard]] json::object to_json(const Check& check);

// Everything that is wrong with a definition, by field; empty: `check` holds it. Fields that belong to another type are wrong too.
[[nodiscard]] std::map<std::string, std::string> read_check(const json::object& definition, Check& check);
// Reads what to_json() wrote. Throws std::logic_error when it is not that.
[[nodiscard]] Check check_from(const json::object& stored);

// The words of the command as it is run: the shell's for a shell text.
[[nodiscard]] std::vector<std::string> words_of(const Check& check);
// With "{host}" replaced. nullopt: it is needed and not known.
[[nodiscard]] std::optional<std::string> with_host(const std::string& text, const std::string& host);

// Why an answer is not what was expected; empty: it is.
[[nodiscard]] std::string judge_command(const Check& check, int exit_code, std::string_view output);
[[nodiscard]] std::string judge_http(const Check& check, int status, std::string_view body);

}  // namespace spm::checks
