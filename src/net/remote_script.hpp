#pragma once
// Commands for managed systems: built from argument lists, quoted in this one place, run as one script, and read back one by one.
// Pure: both command backends (Salt, UYUNI) send the same text and get the same report.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ports/commands.hpp"

namespace spm::net {

// One word for /bin/sh that arrives unchanged, whatever bytes it holds (NUL excepted, which no argument can hold).
[[nodiscard]] std::string shell_quote(std::string_view word);

// The script: every command runs with stdin from /dev/null, stderr joined to stdout, LC_ALL=C, under timeout(1), in order, whether
// or not the one before succeeded. Each output stands between marker lines that carry `token`.
//   #!/bin/sh
//   exec 2>&1 </dev/null
//   export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
//   printf '@@spm:TOKEN:0:begin\n'
//   timeout 30 'systemctl' 'is-active' 'cron'
//   printf '\n@@spm:TOKEN:0:end:%d\n' "$?"
[[nodiscard]] std::string compose_script(const std::vector<ports::Command>& commands, std::string_view token);

// The outputs in order. A missing marker, a foreign token or a wrong count is a BadAnswer: "the script ended after command 3 of 5".
[[nodiscard]] Result<std::vector<ports::CommandOutput>> parse_script_output(std::string_view output, std::string_view token,
                                                                            std::size_t expected);

}  // namespace spm::net
