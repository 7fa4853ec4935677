#pragma once
// The steps of the phases; each is specified in the table "The test run" of the domain and called by the runner through phases.cpp alone.

#include "engine/context.hpp"
#include "engine/step.hpp"

namespace spm::engine::steps {

Outcome pre_check(StepContext& context);
Outcome snapshot(StepContext& context);
Outcome baseline(StepContext& context);
Outcome patch(StepContext& context);
Outcome reboot(StepContext& context);
Outcome stabilize(StepContext& context);
Outcome validate(StepContext& context);
Outcome services(StepContext& context);
Outcome verdict(StepContext& context);
Outcome rollback(StepContext& context);
Outcome post_rollback(StepContext& context);

}  // namespace spm::engine::steps
