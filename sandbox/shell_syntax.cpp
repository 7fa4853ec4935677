#include "sandbox/shell_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace spm::sandbox {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<SimpleCommand>> parse() {
    while (at_ < text_.size() && error_.empty()) step();
    end_command(Join::Always);
    if (!error_.empty()) return fail(ErrorCode::ValidationError, fmt::format("sh: {}: Syntax error: {}", line_, error_));
    return std::move(commands_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\n' || c == ';') {
      ++at_;
      end_command(Join::Always);
      if (c == '\n') ++line_;
    } else if (c == ' ' || c == '\t') {
      ++at_;
    } else if (c == '\\' && peek(1) == '\n') {
      at_ += 2;
      ++line_;
    } else if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (text_.substr(at_, 2) == "&&" || text_.substr(at_, 2) == "||") {
      at_ += 2;
      end_command(c == '&' ? Join::IfSucceeded : Join::IfFailed);
    } else if (std::string_view("|&()`{}").find(c) != std::string_view::npos) {
      error_ = fmt::format("\"{}\" unexpected", c);
    } else if (c == '>' || c == '<' || (std::isdigit(static_cast<unsigned char>(c)) != 0 && peek(1) == '>')) {
      redirect();
    } else {
      add_word();
    }
  }

  [[nodiscard]] char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void end_command(Join next) {
    if (!current_.words.empty() || !current_.assignments.empty()) commands_.push_back(std::move(current_));
    current_ = {};
    current_.join = next;
  }

  void redirect() {
    char fd = text_[at_] == '<' ? '0' : '1';
    if (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) fd = text_[at_++];
    const char direction = text_[at_++];
    if (peek(0) == '>') ++at_;  // append is the same to /dev/null
    if (peek(0) == '&') {
      if (fd != '2' || peek(1) != '1') error_ = "only 2>&1 is understood";
      at_ += 2;
      current_.err_to_out = true;
      return;
    }
    while (peek(0) == ' ') ++at_;
    const Word target = read_word();
    if (target.size() != 1 || target.front().variable || target.front().text != "/dev/null") error_ = "only /dev/null can be redirected to";
    if (direction == '<') return;
    (fd == '2' ? current_.drop_err : current_.drop_out) = true;
  }

  void add_word() {
    const std::size_t begin = at_;
    Word word = read_word();
    const auto raw = text_.substr(begin, at_ - begin);
    const auto equals = raw.find('=');
    const bool assigns = current_.words.empty() && equals != std::string_view::npos && equals > 0 &&
                         std::isdigit(static_cast<unsigned char>(raw[0])) == 0 &&
                         std::all_of(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(equals), is_name);
    if (!assigns) return current_.words.push_back(std::move(word));
    word.front().text.erase(0, equals + 1);
    current_.assignments.emplace_back(raw.substr(0, equals), std::move(word));
  }

  Word read_word() {
    Word word{{}};
    while (at_ < text_.size() && error_.empty()) {
      const char c = text_[at_];
      if (std::string_view(" \t\n;|&<>()").find(c) != std::string_view::npos) break;
      ++at_;
      if (c == '\'')
        single_quoted(word);
      else if (c == '"')
        double_quoted(word);
      else if (c == '$')
        variable(word);
      else if (c == '`')
        error_ = "\"`\" unexpected";
      else if (c == '\\' && at_ < text_.size())
        word.back().text += text_[at_++];
      else
        word.back().text += c;
    }
    return word;
  }

  void single_quoted(Word& word) {
    const auto end = text_.find('\'', at_);
    if (end == std::string_view::npos) {
      error_ = "Unterminated quoted string";
      return;
    }
    word.back().text += text_.substr(at_, end - at_);
    line_ += static_cast<int>(
        std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end + 1;
  }

  void double_quoted(Word& word) {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return;
      if (c == '$')
        variable(word);
      else if (c == '\\' && std::string_view("$`\"\\").find(peek(0)) != std::string_view::npos)
        word.back().text += text_[at_++];
      else
        word.back().text += c;
    }
    error_ = "Unterminated quoted string";
  }

  void variable(Word& word) {
    std::string name;
    const bool braces = peek(0) == '{';
    if (braces) ++at_;
    if (peek(0) == '?') name = text_[at_++];
    while (name != "?" && is_name(peek(0))) name += text_[at_++];
    if (braces && peek(0) == '}')
      ++at_;
    else if (braces)
      error_ = "Bad substitution";
    if (peek(0) == '(' && name.empty()) error_ = "command substitution is not understood";
    if (name.empty()) {
      word.back().text += '$';
      return;
    }
    word.push_back({std::move(name), true});
    word.push_back({});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::string error_;
  SimpleCommand current_;
  std::vector<SimpleCommand> commands_;
};

}  // namespace

Result<std::vector<SimpleCommand>> parse_shell(std::string_view script) { return Parser(script).parse(); }

}  // namespace spm::sandbox
