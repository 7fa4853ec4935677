#pragma once
// The execution functions of a minion that the stand-in knows (salt-and-prometheus 2). Guarded by the simulation's mutex.

#include "sandbox/salt/jobs.hpp"

namespace spm::sandbox::salt {

struct FunctionResult {
  json::value value;
  int retcode = 0;
  Seconds takes{0};
};

[[nodiscard]] FunctionResult run_function(World& world, Host& host, const std::string& jid, const FunctionCall& call);

}  // namespace spm::sandbox::salt
