#pragma once
// What a shell may offer next. The scripts that `spmctl completion` prints ask the program itself, so that they are never out of date.
// Pure.

#include <string>
#include <string_view>
#include <vector>

#include "spmctl/contract_commands.hpp"

namespace spm::spmctl {

// `words` are those after "spmctl"; the last one is being typed and may be empty.
[[nodiscard]] std::vector<std::string> candidates(const std::vector<Command>& commands, const std::vector<std::string>& words);

[[nodiscard]] std::string_view bash_completion();
[[nodiscard]] std::string_view zsh_completion();

}  // namespace spm::spmctl
