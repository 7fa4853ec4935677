#pragma once
// /bin/sh on a simulated system: runs a script of the supported syntax against the host's state. Takes no time itself; `elapsed` says how
// much simulated time the script took. Guarded by the simulation's mutex.

#include <map>
#include <string>
#include <vector>

#include "sandbox/shell_syntax.hpp"
#include "sandbox/world.hpp"

namespace spm::sandbox {

struct ShellResult {
  int exit = 0;
  std::string out{};
  std::string err{};
  Seconds elapsed{0};
};

struct CommandResult {
  int exit = 0;
  std::string out{};
  std::string err{};
};

// What a command sees of its surroundings.
struct CommandContext {
  World& world;
  Host& host;
  const json::object& cause;  // who runs it, for the record
  Seconds& elapsed;           // simulated time since the script began; a command adds what it takes
};

class HostShell {
 public:
  HostShell(World& world, Host& host, json::object cause) : world_(world), host_(host), cause_(std::move(cause)) {}

  [[nodiscard]] ShellResult run(const std::string& script);

 private:
  [[nodiscard]] std::string expand(const Word& word) const;
  void run_command(const SimpleCommand& command);
  CommandResult dispatch(const std::vector<std::string>& argv);
  CommandResult with_timeout(const std::vector<std::string>& argv);
  CommandResult execute(const std::vector<std::string>& argv);

  World& world_;
  Host& host_;
  json::object cause_;
  ShellResult result_;
  std::map<std::string, std::string> variables_;
  bool err_joined_ = false;
  bool exited_ = false;
};

using CommandFunction = CommandResult (*)(CommandContext&, const std::vector<std::string>& argv);
// nullptr: no such command on this host.
[[nodiscard]] CommandFunction find_command(const Host& host, const std::string& name);

// printf(1)'s format as far as scripts use it: %s %d %% and the backslash escapes; the format repeats while arguments are left.
[[nodiscard]] std::string shell_printf(const std::string& format, const std::vector<std::string>& arguments);
// "\t" and "\n" as the tools' own format options understand them.
[[nodiscard]] std::string unescape(std::string_view text);

}  // namespace spm::sandbox
