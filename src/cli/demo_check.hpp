#pragma once
// The unattended run of the demo: drives the whole way of every scripted erratum through the REST API, as an operator would, and
// compares where each one ended with what the fleet's script says.

#include <chrono>
#include <cstdio>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace spm::cli {

// What the script says about one erratum.
struct Expected {
  std::string advisory;
  std::string target_os;
  std::string result;         // passed | failed | error; empty: it is never tested
  std::string failure_phase;  // empty: not checked
  std::string rollback;       // snapshot | package | none | either
  std::string decision;       // approve | reject | snooze | none
  std::string final_status;   // state of the queue item at the end
  bool reboot = false;
};

struct DemoApi {
  std::string base_url;  // "http://127.0.0.1:5001/api/v1"
};

// Prints the table to `out`. True only if every erratum ended where it must within `limit`. Errors: the API could not be used, or a stop
// was asked for.
[[nodiscard]] Result<bool> check_demo(const DemoApi& api, const std::vector<Expected>& script, std::chrono::seconds limit, std::FILE* out,
                                      const std::stop_token& stop);

}  // namespace spm::cli
