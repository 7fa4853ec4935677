#include "config/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace spm::config {
namespace {

constexpr std::string_view kBlank = " \t";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_key(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

std::optional<char> escaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case '"':
    case '\\':
    case '$': return c;
    default: return std::nullopt;
  }
}

tl::unexpected<std::string> wrong(std::string message) { return tl::unexpected<std::string>(std::move(message)); }

// `text` begins with the opening quote.
tl::expected<std::string, std::string> quoted_value(std::string_view text) {
  const char quote = text.front();
  std::string value;
  std::size_t i = 1;
  for (; i < text.size() && text[i] != quote; ++i) {
    if (quote == '"' && text[i] == '\\') {
      const auto c = i + 1 < text.size() ? escaped(text[++i]) : std::nullopt;
      if (!c) return wrong(R"(unknown escape: only \n \t \" \\ and \$ are known in double quotes)");
      value += *c;
    } else {
      value += text[i];
    }
  }
  if (i == text.size()) return wrong("the quote is not closed on this line");
  const auto rest = trimmed(text.substr(i + 1));
  if (!rest.empty() && rest.front() != '#') return wrong("text after the closing quote");
  return value;
}

tl::expected<std::string, std::string> value_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('\'') || text.starts_with('"')) return quoted_value(text);
  if (text.starts_with('#')) return std::string();
  for (const std::string_view comment : {" #", "\t#"}) text = text.substr(0, text.find(comment));
  return std::string(trimmed(text));
}

}  // namespace

Result<std::map<std::string, std::string>> parse_env_file(std::string_view text, std::string_view file_name) {
  std::map<std::string, std::string> values;
  std::string problems;
  int number = 0;
  const auto report = [&](std::string_view what) {
    problems += fmt::format("{}{}:{}: {}", problems.empty() ? "" : "\n", file_name, number, what);
  };
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ") || line.starts_with("export\t")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const auto key = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_key(key)) {
      report("is not KEY=VALUE");
      continue;
    }
    auto value = value_of(line.substr(equals + 1));
    if (!value) {
      report(fmt::format("{}: {}", key, value.error()));
    } else if (!values.emplace(key, std::move(*value)).second) {
      report(fmt::format("{} is set twice", key));
    }
  }
  if (!problems.empty()) return fail(ErrorCode::ValidationError, problems);
  return values;
}

}  // namespace spm::config
