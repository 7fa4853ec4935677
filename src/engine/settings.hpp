#pragma once
// What the engine can be told: the settings of the process, and the configuration that each run carries from its start to its end.

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "checks/rules.hpp"

namespace spm::engine {

enum class SnapshotType { Snapper, None };

// Fixed when the run starts and stored with it: a change of the settings does not touch a test that is under way.
struct RunConfig {
  double cpu_threshold = 20;     // percentage points of CPU use that validate allows on top of the baseline
  double memory_threshold = 15;  // likewise for memory
  int max_failed_services = 0;   // new failed units that are allowed
  std::chrono::seconds wait_after_patch{300};
  std::chrono::seconds wait_after_reboot{180};
  std::chrono::minutes timeout{30};            // from the start to the verdict; the way back has its own deadlines
  std::vector<std::string> critical_services;  // "ssh.socket|ssh": one of them is enough
  std::vector<checks::Check> custom_checks;    // those of the request, then those that apply to the system
  bool metrics_required = false;               // metrics that could not be measured fail the test; else they are a visible "skipped"
  bool restore_after_test = false;             // put the system back after a passed test too
  SnapshotType snapshot_type = SnapshotType::Snapper;
  bool snapshot_required = false;       // no snapshot, no test
  bool rollback_proof_required = true;  // nothing is changed before a way back is proven; else that is a visible "not tested"
};

struct Settings {
  RunConfig defaults;
  std::vector<std::string> preferred_systems;  // names or ids of test systems that are taken first
  int node_exporter_port = 9100;
  std::chrono::seconds metrics_window{300};

  // Every wait (polls, stabilizing, pauses between tries) is divided by it; deadlines are not. 1 but in a demonstration.
  double time_factor = 1;

  // The order lease > 2 * heartbeat is asserted: a run whose owner lives never changes hands because one renewal was late.
  std::chrono::milliseconds lease{30'000};
  std::chrono::milliseconds heartbeat{8'000};
  int workers = 8;

  std::chrono::seconds action_timeout{15 * 60};  // how long UYUNI may take for a patch action
  std::chrono::seconds reboot_timeout{10 * 60};  // how long a system may be away
  // A call whose answer was lost may still be under way in the upstream: nothing is repeated before this has passed and a look found
  // nothing. A real wait: the demo's speed does not shorten it.
  std::chrono::seconds settle{20};

  std::chrono::hours keep_snapshots{14 * 24};  // after the decision about their test

  int infra_retries = 2;
  std::chrono::minutes infra_retry_after{120};
  int transient_retries = 3;
  std::chrono::minutes transient_retry_after{30};
};

// `wait`, as much shorter as the time factor says.
[[nodiscard]] std::chrono::microseconds scaled(std::chrono::duration<double> wait, double time_factor);

[[nodiscard]] json::object to_json(const RunConfig& config);
// Reads what to_json() wrote. Throws std::logic_error when it is not that.
[[nodiscard]] RunConfig run_config_from(const json::object& stored);

// The defaults, changed by a request's `test_config`, with the OS's own critical services when none are given.
// ValidationError with details.fields["test_config.x"] naming everything that is wrong.
[[nodiscard]] Result<RunConfig> configure(const RunConfig& defaults, const json::object& overrides, const std::string& target_os);

}  // namespace spm::engine
