#pragma once
// What spmctl's exit status tells a script. docs/spmctl.md has the same table.

namespace spm::spmctl {

enum class Exit {
  Ok = 0,
  Negative = 1,     // it worked, and the answer is no: a test did not pass, a part of a batch failed, the service is degraded
  Usage = 2,        // wrong arguments, or the service refused them
  Denied = 3,       // no key, a wrong one, or one without the permission
  NotFound = 4,     // no such thing
  Conflict = 5,     // not now: the thing changed meanwhile, or is in another state
  Unavailable = 6,  // no connection, or the service cannot answer
};

[[nodiscard]] inline int code(Exit exit) { return static_cast<int>(exit); }
[[nodiscard]] Exit exit_for_status(int http_status);

}  // namespace spm::spmctl
