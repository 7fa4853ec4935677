#include <cstdio>
#include <string>

#include "app/service.hpp"
#include "cli/commands.hpp"

namespace spm::cli {

int version() {
  std::printf("spm-orchestrator %s\n", std::string(app::program_version()).c_str());
  return 0;
}

}  // namespace spm::cli
