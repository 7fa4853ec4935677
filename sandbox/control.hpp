#pragma once
// The control endpoint: JSON on loopback by which tests and the demonstration make trouble and see what really happened. Safe from any
// thread.

#include "http/server.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/spm_sync.hpp"

namespace spm::sandbox {

[[nodiscard]] http::Reply handle_control(Sandbox& sandbox, SpmSync& spm_sync, const http::Request& request);

}  // namespace spm::sandbox
