#pragma once
// One test run as an orchestrator holds it while it takes a step: the row, read when the run was claimed.

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/phase.hpp"
#include "engine/settings.hpp"
#include "ports/commands.hpp"
#include "queue/lifecycle.hpp"

namespace spm::engine {

// An erratum that a run tests beside its own.
struct FurtherErratum {
  QueueId item;
  AdvisoryName erratum;
  std::vector<std::string> package_names;  // empty: not known
};

// What a run knows of its system and its erratum: written when it starts, so that a sync in between cannot change what is tested.
struct Subject {
  std::string system_name;
  std::string minion_id;
  std::string ip;
  std::vector<std::string> package_names;  // of the erratum; empty: not known
  bool reboot_expected = false;            // by package patterns or by the vendor's word
  std::vector<FurtherErratum> further;     // empty but for a run that tests several errata at once
};

struct Run {
  TestId id;
  QueueId item;
  AdvisoryName erratum;
  SystemId system;
  std::string target_os;
  Phase phase = Phase::PreCheck;
  int attempt = 1;
  Time phase_deadline;  // of this attempt
  Time deadline;        // of the whole way to the verdict
  std::int64_t fence = 0;
  int engine_version = 1;
  RunConfig config;
  Subject subject;
  json::object facts;  // what later steps need from earlier ones
  std::optional<Verdict> verdict;
  std::optional<std::string> failure_phase;
  std::optional<queue::FailureClass> failure_class;
  std::optional<std::string> failure_reason;
  std::optional<Time> abort_requested_at;
  std::string abort_reason;
  bool abort_skips_rollback = false;  // the person who aborts wants the system left as it is
  std::string waiting_for;            // what the last step waited for
  Time started_at;
  std::optional<Time> quiet_since;  // when the run before it on this system ended; nullopt: it is the first

  [[nodiscard]] ports::Target target() const { return {system, subject.minion_id}; }
};

// Grows when facts or operations change their meaning: a run is only continued by an engine that understands what it wrote.
inline constexpr int kEngineVersion = 2;

// What was seen on the system itself, where exactly, and when: a judgement that needs nobody's word.
// {"value", "source", "at"}; kept among the facts under these names.
inline constexpr std::string_view kObservedPatched = "observed_patched";
inline constexpr std::string_view kObservedNeed = "observed_required_reboot";
inline constexpr std::string_view kObservedReboot = "observed_reboot_performed";
[[nodiscard]] json::object observed(bool value, std::string_view source, Time at);

// A fact, or nullopt when no step has recorded it.
[[nodiscard]] std::optional<std::string> text_fact(const Run& run, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> number_fact(const Run& run, std::string_view name);
[[nodiscard]] bool flag_fact(const Run& run, std::string_view name);  // false when not recorded
[[nodiscard]] std::optional<Time> time_fact(const Run& run, std::string_view name);

}  // namespace spm::engine
