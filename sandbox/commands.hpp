#pragma once
// The commands that exist on a simulated system, one file a family. Called by the shell; guarded by the simulation's mutex.

#include "sandbox/host_shell.hpp"

namespace spm::sandbox {

[[nodiscard]] CommandFunction find_system_command(const std::string& name);
// dpkg-query and apt-get, or rpm and dnf: what the system's family has.
[[nodiscard]] CommandFunction find_package_command(const Host& host, const std::string& name);
CommandResult systemctl(CommandContext& context, const std::vector<std::string>& argv);
CommandResult snapper(CommandContext& context, const std::vector<std::string>& argv);

}  // namespace spm::sandbox
