#pragma once
// Runs the checks that people added to this test, one try at a time, and remembers among the facts how far it has come. Used before the
// patch, where a check that fails says that the system is not fit, and after it, where it is a regression.

#include <string>
#include <vector>

#include "engine/context.hpp"

namespace spm::engine::steps {

struct CustomChecks {
  json::array results;              // [{"name", "type", "passed", "was_run", "tries", "reason", "at", "seconds"}]
  std::vector<std::string> failed;  // "web: status 503 instead of 200"
  bool all_were_run = true;         // a check that could not be run did not pass
};

[[nodiscard]] Awaited<CustomChecks> run_custom_checks(StepContext& context);

}  // namespace spm::engine::steps
