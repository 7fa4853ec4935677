#pragma once
// Runs a program to its end and keeps what it printed. Used by cluster.cpp for PostgreSQL's own commands.

#include <string>
#include <vector>

namespace spm::db {

struct Finished {
  int exit_code = -1;  // 127: could not be started; 128 + n: ended by signal n
  std::string output;  // stdout and stderr, at most the last 4 KiB
};

enum class RunAs { Self, Postgres };  // Postgres: the user of that name when we are root, ourselves otherwise

// Blocks. Works in "/", reads nothing from stdin.
[[nodiscard]] Finished run_process(std::vector<std::string> arguments, RunAs user);

}  // namespace spm::db
