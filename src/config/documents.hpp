#pragma once
// The files that are generated from the table of settings: .env.example and docs/configuration.md. Printed by the command line.

#include <string>

namespace spm::config {

[[nodiscard]] std::string env_example();
[[nodiscard]] std::string markdown_reference();

}  // namespace spm::config
