// systemctl(1) on a simulated system.
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/commands.hpp"
#include "sandbox/packages.hpp"
#include "sandbox/power.hpp"

namespace spm::sandbox {
namespace {

struct Arguments {
  std::string verb;
  std::vector<std::string> units;
  std::vector<std::string> properties;
  std::string type;
  std::string state;
  bool value_only = false;
};

std::string unit_name(const std::string& name) { return name.find('.') == std::string::npos ? name + ".service" : name; }

Arguments read_arguments(const std::vector<std::string>& argv) {
  Arguments read;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const auto& word = argv[i];
    const bool more = i + 1 < argv.size();
    if (word == "-p" && more)
      read.properties.push_back(argv[++i]);
    else if (word.starts_with("--property="))
      read.properties.push_back(word.substr(11));
    else if (word == "-t" && more)
      read.type = argv[++i];
    else if (word.starts_with("--type="))
      read.type = word.substr(7);
    else if (word.starts_with("--state="))
      read.state = word.substr(8);
    else if (word == "--failed")
      read.state = "failed";
    else if (word == "--value")
      read.value_only = true;
    else if (word.starts_with("-"))
      continue;
    else if (read.verb.empty())
      read.verb = word;
    else
      read.units.push_back(unit_name(word));
  }
  return read;
}

std::string active_state(const Unit* unit) {
  if (unit == nullptr || unit->state == UnitState::Inactive) return "inactive";
  return unit->state == UnitState::Active ? "active" : "failed";
}

std::string sub_state(const Unit* unit) {
  if (unit == nullptr || unit->state == UnitState::Inactive) return "dead";
  if (unit->state == UnitState::Failed) return "failed";
  return unit->start == UnitStart::Listening ? "listening" : "running";
}

Unit* find_unit(Host& host, const std::string& name) {
  const auto found = host.units.find(name);
  return found == host.units.end() ? nullptr : &found->second;
}

CommandResult is_active(Host& host, const Arguments& arguments) {
  CommandResult result{.exit = 3, .out = {}, .err = {}};
  for (const auto& name : arguments.units) {
    const auto state = active_state(find_unit(host, name));
    result.out += state + "\n";
    if (state == "active") result.exit = 0;
  }
  return result;
}

std::optional<std::string> property(const std::string& name, const std::string& id, const Unit* unit) {
  if (name == "Id" || name == "Names") return id;
  if (name == "LoadState") return unit == nullptr ? "not-found" : "loaded";
  if (name == "ActiveState") return active_state(unit);
  if (name == "SubState") return sub_state(unit);
  if (name == "Description") return unit == nullptr ? id : unit->description;
  if (name == "MainPID" && !id.ends_with(".socket")) return std::to_string(unit == nullptr ? 0 : unit->pid);
  if (name == "UnitFileState") return unit == nullptr ? "" : (unit->start == UnitStart::Inactive ? "disabled" : "enabled");
  if (name == "Result") return unit != nullptr && unit->state == UnitState::Failed ? "exit-code" : "success";
  return std::nullopt;  // an unknown property is left out
}

CommandResult show(Host& host, const Arguments& arguments) {
  CommandResult result;
  for (const auto& name : arguments.units) {
    if (!result.out.empty()) result.out += "\n";
    const auto* unit = find_unit(host, name);
    for (const auto& list : arguments.properties) {
      for (std::size_t begin = 0; begin <= list.size();) {
        const auto end = std::min(list.find(',', begin), list.size());
        const auto key = list.substr(begin, end - begin);
        if (const auto value = property(key, name, unit))
          result.out += arguments.value_only ? *value + "\n" : fmt::format("{}={}\n", key, *value);
        begin = end + 1;
      }
    }
  }
  return result;
}

CommandResult list_units(Host& host, const Arguments& arguments) {
  CommandResult result;
  for (const auto& [name, unit] : host.units) {
    const auto active = active_state(&unit);
    const auto sub = sub_state(&unit);
    if (!arguments.type.empty() && !name.ends_with("." + arguments.type)) continue;
    const bool wanted = arguments.state.empty() ? active != "inactive" : arguments.state == active || arguments.state == sub;
    if (wanted) result.out += fmt::format("{} loaded {} {} {}\n", name, active, sub, unit.description);
  }
  return result;
}

CommandResult restart(CommandContext& context, const Arguments& arguments) {
  CommandResult result;
  for (const auto& name : arguments.units) {
    context.elapsed += Seconds(0.5);
    if (find_unit(context.host, name) == nullptr) {
      result.err += fmt::format("Failed to {} {}: Unit {} not found.\n", arguments.verb, name, name);
      result.exit = 5;
    } else if (!restart_unit(context.host, name)) {
      result.err += fmt::format(
          "Job for {} failed because the control process exited with error code.\nSee \"systemctl status {}\" and \"journalctl -xeu {}\" "
          "for details.\n",
          name, name, name);
      result.exit = std::max(result.exit, 1);
    } else {
      context.world.record(context.host, "service_restarted", {{"unit", name}});
    }
  }
  return result;
}

CommandResult stop(CommandContext& context, const Arguments& arguments) {
  for (const auto& name : arguments.units) {
    if (auto* unit = find_unit(context.host, name)) {
      unit->state = UnitState::Inactive;
      unit->pid = 0;
    }
  }
  return {};
}

CommandResult reset_failed(CommandContext& context, const Arguments& arguments) {
  for (auto& [name, unit] : context.host.units) {
    const bool named = arguments.units.empty() || std::find(arguments.units.begin(), arguments.units.end(), name) != arguments.units.end();
    if (named && unit.state == UnitState::Failed) unit.state = UnitState::Inactive;
  }
  return {};
}

}  // namespace

CommandResult systemctl(CommandContext& context, const std::vector<std::string>& argv) {
  const auto arguments = read_arguments(argv);
  if (arguments.verb == "is-active") return is_active(context.host, arguments);
  if (arguments.verb == "show") return show(context.host, arguments);
  if (arguments.verb == "list-units") return list_units(context.host, arguments);
  if (arguments.verb == "restart" || arguments.verb == "start" || arguments.verb == "try-restart") return restart(context, arguments);
  if (arguments.verb == "stop") return stop(context, arguments);
  if (arguments.verb == "reset-failed") return reset_failed(context, arguments);
  if (arguments.verb == "reboot") return begin_reboot(context.world, context.host, Seconds(1), context.cause), CommandResult{};
  return {.exit = 1, .out = {}, .err = fmt::format("Unknown command verb {}.\n", arguments.verb)};
}

}  // namespace spm::sandbox
