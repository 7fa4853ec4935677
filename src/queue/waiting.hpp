#pragma once
// Why an item does not move: pure, from what the database says of the item and of the test systems of its OS. For people (text) and
// programs (code); called for what the API shows.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "queue/lifecycle.hpp"

namespace spm::queue {

enum class WaitingCode {
  NotAsked,        // nobody asked for its test
  NoTestSystem,    // there is none of this OS
  NotApplicable,   // none of them misses the erratum
  AllBusy,         // those that do are testing
  AllQuarantined,  // … or in quarantine, which only a person ends
  Offline,         // … or do not answer
  Starting,        // one is free: the test starts within seconds, in queue order
  Retry,           // a time must come
  Snoozed,         // likewise
  OtherSystems,    // it is tested on all systems, and some are not through
  Decision,        // a person must decide
};
[[nodiscard]] std::string_view to_string(WaitingCode code);

// One test system of the item's OS.
struct Candidacy {
  std::string name;
  bool misses_erratum = false;
  std::string busy_with;  // "test 7 of USN-7001-1"; empty: idle
  bool is_quarantined = false;
  std::string offline_reason;  // empty: nothing speaks against it
};

struct WaitingFacts {
  Status status = Status::Queued;
  bool was_asked_for = false;  // it starts by itself as soon as it can: a retry, or part of a batch
  std::optional<Time> retry_after;
  std::optional<Time> snooze_until;
  std::string failure_reason;  // of the last test
  std::vector<Candidacy> systems;
  std::vector<std::string> unfinished_systems;  // of a test on all systems
};

struct WaitingReason {
  WaitingCode code = WaitingCode::NotAsked;
  std::string text;
};

// nullopt: it does not wait (it is being tested, or at its end).
[[nodiscard]] std::optional<WaitingReason> waiting_reason(const WaitingFacts& facts);

}  // namespace spm::queue
