#pragma once
// The services of a system: the commands that read them, what their outputs say, and which of the required ones are down. Pure.

#include <boost/json/array.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ports/commands.hpp"

namespace spm::engine {

struct Unit {
  std::string name;          // as it was asked for
  std::string load_state;    // "loaded", "not-found", …
  std::string active_state;  // "active", "inactive", "failed", "activating", …
  std::string sub_state;
  std::int64_t pid = 0;
  [[nodiscard]] bool is_up() const { return load_state == "loaded" && active_state == "active"; }
};

// "ssh.socket|ssh" → {"ssh.socket", "ssh"}: one of them running is enough.
[[nodiscard]] std::vector<std::string> split_alternatives(std::string_view service);

[[nodiscard]] ports::Command show_units(const std::vector<std::string>& names);
[[nodiscard]] ports::Command list_running_services();
[[nodiscard]] ports::Command list_failed_units();
[[nodiscard]] ports::Command restart_units(const std::vector<std::string>& names);

// Blocks of `systemctl show` in the order of `names`. A ValidationError when there is not one block for each.
[[nodiscard]] Result<std::vector<Unit>> read_units(const std::vector<std::string>& names, std::string_view output);
// The unit names of `systemctl list-units`. A ValidationError for a line that is none.
[[nodiscard]] Result<std::vector<std::string>> read_unit_names(std::string_view output);

// Services that come and go by themselves (started over D-Bus and gone when idle, sessions of people, package manager timers): that one of
// them ran before does not mean that it has to run after.
[[nodiscard]] bool is_on_demand(std::string_view unit);

// Everything to ask for: each alternative of the critical services, and what ran before. Sorted, each once, ".service" left out.
[[nodiscard]] std::vector<std::string> units_to_watch(const std::vector<std::string>& critical, const std::vector<Unit>& ran_before);

struct ServiceState {
  std::string name;    // "ssh.socket|ssh" or "cron"
  std::string before;  // "active", "inactive", …; empty: was not looked at
  std::string after;
  bool is_up = false;
  bool pid_changed = false;
  std::int64_t pid_before = 0;  // 0: none, or not known
  std::int64_t pid_after = 0;
};

// One row for each critical service and for each other service that ran before. A unit that the answer does not hold is down.
[[nodiscard]] std::vector<ServiceState> compare_services(const std::vector<std::string>& critical, const std::vector<Unit>& before,
                                                         const std::vector<Unit>& after);
[[nodiscard]] std::vector<std::string> down_in(const std::vector<ServiceState>& states);

[[nodiscard]] json::array to_json(const std::vector<Unit>& units);
[[nodiscard]] std::vector<Unit> units_from(const json::array& stored);
[[nodiscard]] json::array to_json(const std::vector<ServiceState>& states);  // [{"name", "before", "after", "is_up", "pid_changed", …}]

}  // namespace spm::engine
