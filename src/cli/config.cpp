#include <cstdio>

#include "cli/commands.hpp"
#include "config/documents.hpp"

namespace spm::cli {

int print_configuration(ConfigForm form) {
  const auto text = form == ConfigForm::EnvExample ? config::env_example() : config::markdown_reference();
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace spm::cli
