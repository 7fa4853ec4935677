#include "engine/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/package_grammar.hpp"
#include "engine/text.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kService = ".service";

std::string without_suffix(std::string_view unit) {
  if (unit.ends_with(kService)) unit.remove_suffix(kService.size());
  return std::string(unit);
}

const Unit* find(const std::vector<Unit>& units, std::string_view name) {
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.name == name; });
  return found == units.end() ? nullptr : &*found;
}

// The alternative that is up, else the first one that the list holds.
const Unit* best(const std::vector<Unit>& units, const std::vector<std::string>& alternatives) {
  const Unit* first = nullptr;
  for (const auto& name : alternatives) {
    const Unit* unit = find(units, without_suffix(name));
    if (unit != nullptr && unit->is_up()) return unit;
    if (first == nullptr) first = unit;
  }
  return first;
}

ServiceState compare(const std::string& service, const std::vector<Unit>& before, const std::vector<Unit>& after) {
  const auto alternatives = split_alternatives(service);
  const Unit* was = best(before, alternatives);
  const Unit* is = best(after, alternatives);
  ServiceState state{service,
                     was == nullptr ? "" : was->active_state,
                     is == nullptr ? "not reported" : is->active_state,
                     is != nullptr && is->is_up(),
                     false,
                     was == nullptr ? 0 : was->pid,
                     is == nullptr ? 0 : is->pid};
  state.pid_changed = was != nullptr && is != nullptr && was->pid != 0 && is->pid != 0 && was->pid != is->pid;
  return state;
}

}  // namespace

std::vector<std::string> split_alternatives(std::string_view service) {
  std::vector<std::string> alternatives;
  for (const auto part : split(service, '|')) alternatives.emplace_back(trimmed(part));
  return alternatives;
}

ports::Command show_units(const std::vector<std::string>& names) {
  ports::Command command{{"systemctl", "show", "-p", "Id", "-p", "LoadState", "-p", "ActiveState", "-p", "SubState", "-p", "MainPID", "--"},
                         30s};
  command.argv.insert(command.argv.end(), names.begin(), names.end());
  return command;
}

ports::Command list_running_services() {
  return {{"systemctl", "list-units", "--type=service", "--state=running", "--no-legend", "--plain", "--no-pager"}, 30s};
}

ports::Command list_failed_units() { return {{"systemctl", "list-units", "--state=failed", "--no-legend", "--plain", "--no-pager"}, 30s}; }

ports::Command restart_units(const std::vector<std::string>& names) {
  ports::Command command{{"systemctl", "restart", "--"}, 120s};
  command.argv.insert(command.argv.end(), names.begin(), names.end());
  return command;
}

Result<std::vector<Unit>> read_units(const std::vector<std::string>& names, std::string_view output) {
  std::vector<Unit> units;
  bool in_block = false;
  for (const auto raw : split(output, '\n')) {
    const auto line = trimmed(raw);
    if (line.empty()) {
      in_block = false;
      continue;
    }
    if (!in_block) units.emplace_back();
    in_block = true;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      return fail(ErrorCode::ValidationError, fmt::format("systemctl show answered \"{}\"", shortened(line, 120)));
    const auto key = line.substr(0, equals);
    const auto value = line.substr(equals + 1);
    if (key == "LoadState") units.back().load_state = value;
    if (key == "ActiveState") units.back().active_state = value;
    if (key == "SubState") units.back().sub_state = value;
    if (key == "MainPID") units.back().pid = number_in<std::int64_t>(value).value_or(0);
  }
  if (units.size() != names.size()) {
    return fail(ErrorCode::ValidationError, fmt::format("systemctl show answered for {} of {} units", units.size(), names.size()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) units[i].name = names[i];
  return units;
}

Result<std::vector<std::string>> read_unit_names(std::string_view output) {
  std::vector<std::string> names;
  for (const auto line : lines(output)) {
    const auto fields = words(line);
    if (fields.size() < 4 || !is_unit_name(fields[0]) || fields[0].find('.') == std::string_view::npos) {
      return fail(ErrorCode::ValidationError, fmt::format("systemctl list-units answered \"{}\"", shortened(line, 120)));
    }
    names.push_back(without_suffix(fields[0]));
  }
  return names;
}

bool is_on_demand(std::string_view unit) {
  static constexpr std::array<std::string_view, 18> kPrefixes{"user@",           "user-runtime-dir@",
                                                              "session-",        "getty@",
                                                              "serial-getty@",   "systemd-hostnamed",
                                                              "systemd-localed", "systemd-timedated",
                                                              "packagekit",      "apt-daily",
                                                              "dnf-makecache",   "dnf-automatic",
                                                              "fwupd",           "fstrim",
                                                              "man-db",          "snapd.refresh",
                                                              "dbus-:",          "unattended-upgrades-run"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) { return unit.starts_with(prefix); });
}

std::vector<std::string> units_to_watch(const std::vector<std::string>& critical, const std::vector<Unit>& ran_before) {
  std::set<std::string> names;
  for (const auto& service : critical) {
    for (const auto& alternative : split_alternatives(service)) names.insert(without_suffix(alternative));
  }
  for (const auto& unit : ran_before) names.insert(unit.name);
  return {names.begin(), names.end()};
}

std::vector<ServiceState> compare_services(const std::vector<std::string>& critical, const std::vector<Unit>& before,
                                           const std::vector<Unit>& after) {
  std::vector<ServiceState> states;
  std::set<std::string> covered;
  for (const auto& service : critical) {
    states.push_back(compare(service, before, after));
    for (const auto& alternative : split_alternatives(service)) covered.insert(without_suffix(alternative));
  }
  for (const auto& unit : before) {
    if (unit.is_up() && !covered.contains(unit.name) && !is_on_demand(unit.name)) states.push_back(compare(unit.name, before, after));
  }
  return states;
}

std::vector<std::string> down_in(const std::vector<ServiceState>& states) {
  std::vector<std::string> down;
  for (const auto& state : states) {
    if (!state.is_up) down.push_back(fmt::format("{} ({})", state.name, state.after));
  }
  return down;
}

json::array to_json(const std::vector<Unit>& units) {
  json::array list;
  for (const auto& unit : units) {
    list.push_back(json::object{{"name", unit.name},
                                {"load_state", unit.load_state},
                                {"active_state", unit.active_state},
                                {"sub_state", unit.sub_state},
                                {"pid", unit.pid}});
  }
  return list;
}

std::vector<Unit> units_from(const json::array& stored) {
  std::vector<Unit> units;
  for (const auto& entry : stored) {
    const auto& object = entry.as_object();
    const auto text = [&](const char* key) { return std::string(object.at(key).as_string()); };
    units.push_back({text("name"), text("load_state"), text("active_state"), text("sub_state"), object.at("pid").as_int64()});
  }
  return units;
}

json::array to_json(const std::vector<ServiceState>& states) {
  json::array list;
  for (const auto& state : states) {
    list.push_back(json::object{{"name", state.name},
                                {"before", state.before},
                                {"after", state.after},
                                {"is_up", state.is_up},
                                {"pid_changed", state.pid_changed},
                                {"pid_before", state.pid_before},
                                {"pid_after", state.pid_after}});
  }
  return list;
}

}  // namespace spm::engine
