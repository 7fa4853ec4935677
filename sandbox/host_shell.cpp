#include "sandbox/host_shell.hpp"

#include <fmt/format.h>

#include <charconv>

namespace spm::sandbox {
namespace {

std::string join(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// timeout(1) takes fractions and a unit: 30, 1.5, 5m.
std::optional<Seconds> parse_duration(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty() || unit == "s") return Seconds(value);
  if (unit == "m") return Seconds(value * 60);
  if (unit == "h") return Seconds(value * 3600);
  return std::nullopt;
}

}  // namespace

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'n')
      plain += '\n';
    else if (c == 't')
      plain += '\t';
    else if (c == '\\')
      plain += '\\';
    else
      (plain += '\\') += c;
  }
  return plain;
}

std::string shell_printf(const std::string& raw, const std::vector<std::string>& arguments) {
  const std::string format = unescape(raw);
  std::string out;
  std::size_t next = 0;
  do {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        out += format[i];
        continue;
      }
      const char kind = format[++i];
      if (kind == '%')
        out += '%';
      else if (kind == 's' || kind == 'd')
        out += next < arguments.size() ? arguments[next++] : (kind == 'd' ? "0" : "");
      else
        (out += '%') += kind;
    }
  } while (next != 0 && next < arguments.size());
  return out;
}

ShellResult HostShell::run(const std::string& script) {
  result_ = {};
  const auto commands = parse_shell(script);
  if (!commands) {
    result_.exit = 2;
    result_.err = commands.error().message;
    return result_;
  }
  for (const auto& command : *commands) {
    if (exited_) break;
    if (command.join == Join::IfSucceeded && result_.exit != 0) continue;
    if (command.join == Join::IfFailed && result_.exit == 0) continue;
    run_command(command);
  }
  return result_;
}

std::string HostShell::expand(const Word& word) const {
  std::string text;
  for (const auto& part : word) {
    if (!part.variable)
      text += part.text;
    else if (part.text == "?")
      text += std::to_string(result_.exit);
    else if (const auto known = variables_.find(part.text); known != variables_.end())
      text += known->second;
  }
  return text;
}

void HostShell::run_command(const SimpleCommand& command) {
  if (command.words.empty()) {
    for (const auto& [name, value] : command.assignments) variables_[name] = expand(value);
    result_.exit = 0;
    return;
  }
  std::vector<std::string> argv;
  for (const auto& word : command.words) argv.push_back(expand(word));
  if (argv.front() == "exec" && argv.size() == 1) {
    err_joined_ = err_joined_ || command.err_to_out;
    result_.exit = 0;
    return;
  }
  const CommandResult done = dispatch(argv);
  result_.exit = done.exit;
  if (!command.drop_out) result_.out += done.out;
  const bool joined = (err_joined_ && !command.drop_err) || (command.err_to_out && !command.drop_out);
  if (joined)
    result_.out += done.err;
  else if (!command.drop_err)
    result_.err += done.err;
}

CommandResult HostShell::dispatch(const std::vector<std::string>& argv) {
  const auto& name = argv.front();
  const std::vector<std::string> arguments(argv.begin() + 1, argv.end());
  if (name == "export" || name == "set" || name == "cd" || name == "umask") return {};
  if (name == ":" || name == "true") return {};
  if (name == "false") return {.exit = 1, .out = {}, .err = {}};
  if (name == "echo") return {.exit = 0, .out = join(arguments) + "\n", .err = {}};
  if (name == "printf") {
    if (arguments.empty()) return {.exit = 2, .out = {}, .err = "sh: 1: printf: usage: printf format [arg ...]\n"};
    return {.exit = 0, .out = shell_printf(arguments.front(), {arguments.begin() + 1, arguments.end()}), .err = {}};
  }
  if (name == "exit") {
    exited_ = true;
    int status = result_.exit;
    if (!arguments.empty()) std::from_chars(arguments.front().data(), arguments.front().data() + arguments.front().size(), status);
    return {.exit = status, .out = {}, .err = {}};
  }
  if (name == "timeout") return with_timeout(arguments);
  return execute(argv);
}

CommandResult HostShell::with_timeout(const std::vector<std::string>& argv) {
  std::size_t first = 0;
  while (first < argv.size() && argv[first].starts_with("-")) first += argv[first] == "-k" || argv[first] == "-s" ? 2 : 1;
  const auto limit = first < argv.size() ? parse_duration(argv[first]) : std::nullopt;
  if (!limit || first + 1 >= argv.size()) return {.exit = 125, .out = {}, .err = "timeout: missing operand or invalid time interval\n"};
  const Seconds before = result_.elapsed;
  CommandResult done = execute({argv.begin() + static_cast<std::ptrdiff_t>(first) + 1, argv.end()});
  if (limit->count() > 0 && result_.elapsed - before > *limit) {
    result_.elapsed = before + *limit;
    return {.exit = 124, .out = {}, .err = {}};
  }
  return done;
}

CommandResult HostShell::execute(const std::vector<std::string>& argv) {
  const std::string line = join(argv);
  for (const auto& active : host_.effects) {
    if (active.effect.kind == EffectKind::BreaksCustom && active.effect.command == line) return {.exit = 1, .out = "failed\n", .err = {}};
  }
  if (const auto scripted = host_.spec.commands.find(line); scripted != host_.spec.commands.end()) {
    return {.exit = scripted->second.exit, .out = scripted->second.output, .err = {}};
  }
  const auto slash = argv.front().rfind('/');
  const auto name = slash == std::string::npos ? argv.front() : argv.front().substr(slash + 1);
  if (name == "sh" && argv.size() == 3 && argv[1] == "-c") {
    HostShell inner(world_, host_, cause_);
    auto done = inner.run(argv[2]);
    result_.elapsed += done.elapsed;
    return {.exit = done.exit, .out = std::move(done.out), .err = std::move(done.err)};
  }
  const auto function = find_command(host_, name);
  if (function == nullptr) return {.exit = 127, .out = {}, .err = fmt::format("sh: 1: {}: not found\n", argv.front())};
  CommandContext context{world_, host_, cause_, result_.elapsed};
  return function(context, argv);
}

}  // namespace spm::sandbox
