#include "net/remote_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "net/utf8.hpp"

namespace spm::net {
namespace {

constexpr std::size_t kMaxOutputBytes = 4 * 1024 * 1024;
constexpr std::string_view kMarker = "@@spm:";

// Bytes that would not survive the way: control characters do not fit XML, "\r\n" becomes "\n" (uyuni-xmlrpc 4.9), and neither JSON nor
// XML holds what is not UTF-8. printf(1) writes those on the other side.
bool needs_printf(char c, bool utf8) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F || (byte >= 0x80 && !utf8);
}

tl::unexpected<Error> bad_output(std::string message) {
  return fail_upstream(ErrorCode::InternalError, UpstreamFailure::BadAnswer, std::move(message));
}

std::string begin_marker(std::string_view token, std::size_t index) { return fmt::format("{}{}:{}:begin\n", kMarker, token, index); }
std::string end_marker(std::string_view token, std::size_t index) { return fmt::format("\n{}{}:{}:end:", kMarker, token, index); }

// Takes one command's part away from the front of `rest`; false when it is not whole.
bool take_command(std::string_view& rest, std::string_view token, std::size_t index, ports::CommandOutput& output) {
  const std::string begin = begin_marker(token, index);
  const std::string end = end_marker(token, index);
  const auto from = rest.find(begin);
  if (from == std::string_view::npos || (from > 0 && rest[from - 1] != '\n')) return false;
  const std::string_view body = rest.substr(from + begin.size() - 1);  // with its newline: an empty output ends at once
  const auto to = body.find(end);
  if (to == std::string_view::npos) return false;
  const char* digits = body.data() + to + end.size();
  const char* stop = body.data() + body.size();
  const auto [after, error] = std::from_chars(digits, stop, output.exit_status);
  if (error != std::errc{} || (after != stop && *after != '\n') || output.exit_status < 0 || output.exit_status > 255) return false;
  output.output = to == 0 ? std::string() : to_text(body.substr(1, to - 1));
  rest = std::string_view(after, static_cast<std::size_t>(stop - after));
  return true;
}

}  // namespace

std::string shell_quote(std::string_view word) {
  if (word.find('\0') != std::string_view::npos) throw std::invalid_argument("an argument of a command cannot hold a NUL");
  const bool utf8 = is_utf8(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else if (needs_printf(c, utf8)) {
      quoted += fmt::format("'\"$(printf '\\{:03o}')\"'", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string compose_script(const std::vector<ports::Command>& commands, std::string_view token) {
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; };
  if (token.empty() || !std::all_of(token.begin(), token.end(), plain))
    throw std::invalid_argument("the token of a batch must be letters and digits");
  std::string script =
      "#!/bin/sh\n"
      "exec 2>&1 </dev/null\n"
      "export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive\n";
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (commands[i].argv.empty()) throw std::invalid_argument("a command needs at least its name");
    script += fmt::format("printf '{}{}:{}:begin\\n'\ntimeout {}", kMarker, token, i, commands[i].timeout.count());
    for (const std::string& word : commands[i].argv) script += " " + shell_quote(word);
    script += fmt::format("\nprintf '\\n{}{}:{}:end:%d\\n' \"$?\"\n", kMarker, token, i);
  }
  return script;
}

Result<std::vector<ports::CommandOutput>> parse_script_output(std::string_view output, std::string_view token, std::size_t expected) {
  if (output.size() > kMaxOutputBytes)
    return bad_output(fmt::format("the output of the commands is larger than {} bytes", kMaxOutputBytes));
  const std::string own = fmt::format("{}{}:", kMarker, token);
  if (expected > 0 && output.find(own) == std::string_view::npos) {
    const bool foreign = output.find(kMarker) != std::string_view::npos;
    return bad_output(foreign ? "the output belongs to another batch of commands" : "the output holds no marker: the script did not run");
  }
  std::vector<ports::CommandOutput> outputs;
  for (std::size_t i = 0; i < expected; ++i) {
    if (!take_command(output, token, i, outputs.emplace_back())) {
      return bad_output(fmt::format("the output of the script ended after command {} of {}", i, expected));
    }
  }
  if (output.find(own) != std::string_view::npos) return bad_output(fmt::format("the script ran more than {} commands", expected));
  return outputs;
}

}  // namespace spm::net
