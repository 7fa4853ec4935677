// snapper(8) on a simulated system: list, create, undochange, delete, get-config.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sandbox/commands.hpp"
#include "sandbox/power.hpp"

namespace spm::sandbox {
namespace {

struct Arguments {
  bool csv = false;
  std::string config = "root";
  std::string verb;
  std::string description;
  std::string cleanup = "";
  std::string columns = "number,type,date,description,cleanup";
  bool print_number = false;
  std::vector<std::string> rest;
};

Arguments read_arguments(const std::vector<std::string>& argv) {
  Arguments read;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const auto& word = argv[i];
    const auto value = [&] { return i + 1 < argv.size() ? argv[++i] : std::string(); };
    if (word == "--machine-readable")
      read.csv = value() == "csv";
    else if (word == "--csvout")
      read.csv = true;
    else if (word == "-c" || word == "--config")
      (read.verb.empty() ? read.config : read.cleanup) = value();
    else if (word == "--cleanup-algorithm")
      read.cleanup = value();
    else if (word == "--description" || word == "-d")
      read.description = value();
    else if (word == "--columns")
      read.columns = value();
    else if (word == "--type" || word == "-t" || word == "--userdata" || word == "-u")
      value();
    else if (word == "--print-number" || word == "-p")
      read.print_number = true;
    else if (word.starts_with("-"))
      continue;
    else if (read.verb.empty())
      read.verb = word;
    else
      read.rest.push_back(word);
  }
  return read;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string column(const std::string& name, const Snapshot& snapshot) {
  if (name == "number") return std::to_string(snapshot.number);
  if (name == "type") return snapshot.type;
  if (name == "description") return csv_field(snapshot.description);
  if (name == "cleanup") return snapshot.cleanup;
  if (name == "date" && snapshot.number != 0) {
    auto text = format_time(std::chrono::floor<std::chrono::seconds>(snapshot.date));
    std::replace(text.begin(), text.end(), 'T', ' ');
    text.pop_back();
    return text;
  }
  return "";
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

CommandResult list(const Host& host, const Arguments& arguments) {
  const auto columns = split(arguments.columns);
  const std::string separator = arguments.csv ? "," : " | ";
  CommandResult result;
  result.out = fmt::format("{}\n", fmt::join(columns, separator));
  std::vector<Snapshot> rows{{.number = 0,
                              .type = "single",
                              .date = {},
                              .description = "current",
                              .cleanup = {},
                              .packages = {},
                              .effects = {},
                              .reboot_packages = {}}};
  rows.insert(rows.end(), host.snapshots.begin(), host.snapshots.end());
  for (const auto& snapshot : rows) {
    std::vector<std::string> fields;
    for (const auto& name : columns) fields.push_back(column(name, snapshot));
    result.out += fmt::format("{}\n", fmt::join(fields, separator));
  }
  return result;
}

int number_of(const std::string& text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : -1;
}

CommandResult undo(CommandContext& context, const Arguments& arguments) {
  const std::string range = arguments.rest.empty() ? "" : arguments.rest.front();
  const auto dots = range.find("..");
  const int from = dots == std::string::npos ? -1 : number_of(range.substr(0, dots));
  if (from <= 0 || number_of(range.substr(dots + 2)) != 0)
    return {.exit = 1, .out = {}, .err = fmt::format("Invalid snapshots '{}'.\n", range)};
  context.elapsed += Seconds(6);
  const auto undone = undo_to_snapshot(context.world, context.host, from, context.cause);
  if (!undone) return {.exit = 1, .out = {}, .err = fmt::format("Snapshot '{}' not found.\n", from)};
  if (undone->created + undone->modified + undone->deleted == 0) return {.exit = 0, .out = "nothing to do\n", .err = {}};
  return {.exit = 0, .out = fmt::format("create:{} modify:{} delete:{}\n", undone->created, undone->modified, undone->deleted), .err = {}};
}

CommandResult remove(CommandContext& context, const Arguments& arguments) {
  for (const auto& text : arguments.rest) {
    if (number_of(text) == 0) return {.exit = 1, .out = {}, .err = "Cannot delete snapshot 0.\n"};
    if (!delete_snapshot(context.world, context.host, number_of(text), context.cause)) {
      return {.exit = 1, .out = {}, .err = fmt::format("Snapshot '{}' not found.\n", text)};
    }
  }
  return {};
}

}  // namespace

CommandResult snapper(CommandContext& context, const std::vector<std::string>& argv) {
  const auto arguments = read_arguments(argv);
  if (arguments.config != "root") return {.exit = 1, .out = {}, .err = fmt::format("Unknown config.\n")};
  if (arguments.verb == "list") return list(context.host, arguments);
  if (arguments.verb == "undochange") return undo(context, arguments);
  if (arguments.verb == "delete") return remove(context, arguments);
  if (arguments.verb == "create") {
    context.elapsed += Seconds(2);
    const int number = create_snapshot(context.world, context.host, arguments.description, arguments.cleanup, context.cause);
    return {.exit = 0, .out = arguments.print_number ? fmt::format("{}\n", number) : "", .err = {}};
  }
  return {.exit = 1, .out = {}, .err = fmt::format("Unknown command '{}'.\n", arguments.verb)};
}

}  // namespace spm::sandbox
