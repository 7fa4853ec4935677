#include "checks/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <regex>
#include <set>
#include <stdexcept>

namespace spm::checks {
namespace {

using Problems = std::map<std::string, std::string>;

constexpr std::size_t kLongestPattern = 500;
constexpr std::size_t kLongestText = 8192;
constexpr std::size_t kMostMatched = 4096;  // of an output, for a pattern: the time grows with its square

// The engine of states that libstdc++ keeps for it: no back references, and time that grows with the text, whatever the pattern.
std::regex compiled(const std::string& pattern) { return std::regex(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial); }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Reads the fields of one definition, notes what is wrong, and knows which fields were asked for.
class Reader {
 public:
  Reader(const json::object& definition, Problems& problems) : definition_(definition), problems_(problems) {}

  std::string text(const std::string& field, std::size_t longest, std::string otherwise = {}) {
    const auto* value = find(field);
    if (value == nullptr) return otherwise;
    if (!value->is_string() || value->get_string().size() > longest || value->get_string().find('\0') != json::string::npos) {
      problems_[field] = fmt::format("must be a text of at most {} bytes", longest);
      return otherwise;
    }
    return std::string(value->get_string());
  }

  int number(const std::string& field, int low, int high, int otherwise) {
    const auto* value = find(field);
    if (value == nullptr) return otherwise;
    if (value->is_int64() && value->get_int64() >= low && value->get_int64() <= high) return static_cast<int>(value->get_int64());
    problems_[field] = fmt::format("must be a whole number from {} to {}", low, high);
    return otherwise;
  }

  bool flag(const std::string& field, bool otherwise) {
    const auto* value = find(field);
    if (value == nullptr) return otherwise;
    if (value->is_bool()) return value->get_bool();
    problems_[field] = "must be true or false";
    return otherwise;
  }

  // A field that is null counts as absent.
  const json::value* find(const std::string& field) {
    known_.insert(field);
    const auto* value = definition_.if_contains(field);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  void refuse_others(std::string_view kind) {
    for (const auto& [key, value] : definition_) {
      const std::string field(key);
      if (!known_.contains(field) && !value.is_null()) problems_[field] = fmt::format("does not belong to a check of type {}", kind);
    }
  }

 private:
  const json::object& definition_;
  Problems& problems_;
  std::set<std::string> known_;
};

void read_words(Reader& reader, Check& check, Problems& problems) {
  check.shell = reader.text("shell", kLongestText);
  const auto* argv = reader.find("argv");
  if ((argv == nullptr) == check.shell.empty()) problems["argv"] = "exactly one of argv and shell is needed";
  if (argv == nullptr) return;
  const bool fits = argv->is_array() && !argv->get_array().empty() && argv->get_array().size() <= 64 &&
                    std::all_of(argv->get_array().begin(), argv->get_array().end(), [](const json::value& word) {
                      return word.is_string() && word.get_string().size() <= 4096 && word.get_string().find('\0') == json::string::npos;
                    });
  if (!fits || argv->get_array().front().get_string().empty()) {
    problems["argv"] = "must be a list of 1 to 64 texts, the first of which names the command";
    return;
  }
  for (const auto& word : argv->get_array()) check.argv.emplace_back(word.get_string());
}

void read_match(Reader& reader, Check& check, Problems& problems) {
  const auto match = reader.text("output_match", 20, "nothing");
  check.expected_output = reader.text("expected_output", kLongestText);
  if (match == "nothing") {
    if (!check.expected_output.empty()) problems["output_match"] = "must say how expected_output is compared: equals, contains or regex";
    return;
  }
  if (match != "equals" && match != "contains" && match != "regex") {
    problems["output_match"] = "must be equals, contains or regex";
    return;
  }
  check.match = match == "equals" ? Match::Equals : (match == "contains" ? Match::Contains : Match::Regex);
  if (check.match != Match::Equals && check.expected_output.empty())
    problems["expected_output"] = "must not be empty: everything would fit";
  if (check.match != Match::Regex) return;
  if (check.expected_output.size() > kLongestPattern) {
    problems["expected_output"] = fmt::format("must be a pattern of at most {} bytes", kLongestPattern);
    return;
  }
  try {
    (void)compiled(check.expected_output);
  } catch (const std::regex_error& error) {
    problems["expected_output"] = fmt::format("is no pattern that can be used (back references cannot): {}", error.what());
  }
}

void read_command(Reader& reader, Check& check, Problems& problems) {
  read_words(reader, check, problems);
  check.expected_exit_code = reader.number("expected_exit_code", 0, 255, 0);
  read_match(reader, check, problems);
}

void read_http(Reader& reader, Check& check, Problems& problems) {
  check.url = reader.text("url", 2000);
  const bool has_scheme = check.url.starts_with("http://") || check.url.starts_with("https://");
  const auto authority = has_scheme ? check.url.substr(check.url.find("//") + 2) : std::string();
  const auto host = authority.substr(0, authority.find_first_of("/?#"));
  if (!has_scheme || host.empty() || host.starts_with(':') || host.find('@') != std::string::npos || has_control(check.url) ||
      check.url.find(' ') != std::string::npos)
    problems["url"] = "must be an address such as https://{host}:8443/health, without user and password";
  check.expected_status = reader.number("expected_status", 100, 599, 200);
  check.body_contains = reader.text("body_contains", kLongestText);
  check.verify_tls = reader.flag("verify_tls", true);
}

void read_tcp(Reader& reader, Check& check, Problems& problems) {
  check.host = reader.text("host", 255, "{host}");
  const bool is_name = !check.host.empty() && check.host.find_first_not_of(
                                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:") == std::string::npos;
  if (check.host != "{host}" && !is_name) problems["host"] = "must be a host name, an address, or {host}";
  check.port = reader.number("port", 1, 65535, 0);
  if (check.port == 0 && !problems.contains("port")) problems["port"] = "is required";
}

std::string_view match_name(Match match) {
  switch (match) {
    case Match::Nothing: return "nothing";
    case Match::Equals: return "equals";
    case Match::Contains: return "contains";
    case Match::Regex: return "regex";
  }
  return "nothing";
}

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool matches(const Check& check, std::string_view output) {
  const auto text = stripped(output);
  switch (check.match) {
    case Match::Nothing: return true;
    case Match::Equals: return text == stripped(check.expected_output);
    case Match::Contains: return output.find(check.expected_output) != std::string_view::npos;
    case Match::Regex: {
      const auto part = text.substr(0, kMostMatched);
      return std::regex_search(part.begin(), part.end(), compiled(check.expected_output));
    }
  }
  return false;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Command: return "command";
    case Kind::Http: return "http";
    case Kind::Tcp: return "tcp";
  }
  return "command";
}

json::object to_json(const Check& check) {
  json::object shown{{"name", check.name},
                     {"type", to_string(check.kind)},
                     {"timeout_seconds", check.timeout.count()},
                     {"retries", check.retries},
                     {"retry_after_seconds", check.retry_after.count()}};
  if (check.kind == Kind::Command) {
    if (check.argv.empty())
      shown["shell"] = check.shell;
    else
      shown["argv"] = json::array(check.argv.begin(), check.argv.end());
    shown["expected_exit_code"] = check.expected_exit_code;
    if (check.match != Match::Nothing) {
      shown["output_match"] = match_name(check.match);
      shown["expected_output"] = check.expected_output;
    }
  } else if (check.kind == Kind::Http) {
    shown["url"] = check.url;
    shown["expected_status"] = check.expected_status;
    shown["body_contains"] = check.body_contains;
    shown["verify_tls"] = check.verify_tls;
  } else {
    shown["host"] = check.host;
    shown["port"] = check.port;
  }
  return shown;
}

Problems read_check(const json::object& definition, Check& check) {
  Problems problems;
  Reader reader(definition, problems);
  check.name = reader.text("name", 100);
  if (stripped(check.name).empty() || has_control(check.name)) problems["name"] = "must be a text of 1 to 100 characters on one line";
  check.timeout = std::chrono::seconds(reader.number("timeout_seconds", 1, 30, 10));
  check.retries = reader.number("retries", 0, 10, 2);
  check.retry_after = std::chrono::seconds(reader.number("retry_after_seconds", 1, 300, 10));
  const auto type = reader.text("type", 20);
  if (type == "command") {
    check.kind = Kind::Command;
    read_command(reader, check, problems);
  } else if (type == "http") {
    check.kind = Kind::Http;
    read_http(reader, check, problems);
  } else if (type == "tcp") {
    check.kind = Kind::Tcp;
    read_tcp(reader, check, problems);
  } else {
    problems["type"] = "must be command, http or tcp";
    return problems;
  }
  reader.refuse_others(type);
  return problems;
}

Check check_from(const json::object& stored) {
  Check check;
  const auto problems = read_check(stored, check);
  if (!problems.empty()) throw std::logic_error(fmt::format("stored check: {} {}", problems.begin()->first, problems.begin()->second));
  return check;
}

std::vector<std::string> words_of(const Check& check) {
  return check.argv.empty() ? std::vector<std::string>{"sh", "-c", check.shell} : check.argv;
}

std::optional<std::string> with_host(const std::string& text, const std::string& host) {
  constexpr std::string_view kPlace = "{host}";
  std::string filled = text;
  for (auto at = filled.find(kPlace); at != std::string::npos; at = filled.find(kPlace, at + host.size())) {
    if (host.empty()) return std::nullopt;
    filled.replace(at, kPlace.size(), host);
  }
  return filled;
}

std::string judge_command(const Check& check, int exit_code, std::string_view output) {
  const auto beginning = stripped(output).substr(0, 200);
  if (exit_code != check.expected_exit_code)
    return fmt::format("exit {} instead of {}: {}", exit_code, check.expected_exit_code, beginning);
  if (!matches(check, output))
    return fmt::format("the output is not what was expected ({} \"{}\"): {}", match_name(check.match), check.expected_output, beginning);
  return {};
}

std::string judge_http(const Check& check, int status, std::string_view body) {
  if (status != check.expected_status) return fmt::format("status {} instead of {}", status, check.expected_status);
  if (body.find(check.body_contains) == std::string_view::npos)
    return fmt::format("the answer does not contain \"{}\"", check.body_contains);
  return {};
}

}  // namespace spm::checks
