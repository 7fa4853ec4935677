#pragma once
// The program: reads its command line, does one thing, returns the exit status.

#include <string>
#include <vector>

namespace spm::spmctl {

// `arguments` without the program's name.
[[nodiscard]] int run(const std::vector<std::string>& arguments);

}  // namespace spm::spmctl
