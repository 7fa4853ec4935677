#pragma once
// Durable "do something outside". A row of patch_test_operations goes intended → started → succeeded | failed | lost:
//   the intent is committed, then it acts, then the upstream's id is committed, then the result is polled and committed.
// Called again after a crash it finds the intent and asks the upstream for that action instead of causing a second one. An answer that
// was lost is treated the same way. Every write carries the fencing number of the run; a lost lease throws LostLease.
//
// One object for one step of one run, on the thread that takes the step. Upstream failures become waits; a lost database throws.

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "db/db.hpp"
#include "engine/lease.hpp"
#include "engine/run.hpp"
#include "engine/step.hpp"

namespace spm::engine {

enum class OperationKind { Commands, ApplyErrata, Reboot };
enum class OperationState { Intended, Started, Succeeded, Failed, Lost };

[[nodiscard]] std::string_view to_string(OperationKind kind);
[[nodiscard]] std::string_view to_string(OperationState state);

struct Operation {
  std::int64_t id = 0;
  std::string name;
  std::string token;  // 20 digits, chosen before it acts
  OperationState state = OperationState::Intended;
  std::string upstream_id;  // empty until it is known
  json::object result;      // what the report said; {"reason": …} when failed or lost
  Time intended_at;
  Time acted_at;  // the last time that it was about to act
  [[nodiscard]] bool is_over() const { return state != OperationState::Intended && state != OperationState::Started; }
  [[nodiscard]] std::string reason() const;
};

// What the upstream says of a started operation. Started: it goes on.
struct Progress {
  OperationState state = OperationState::Started;
  json::object result;
};

// One thing to do outside, and how to find it again.
struct Effect {
  std::string name;  // unique within the phase's attempt
  OperationKind kind = OperationKind::Commands;
  json::object request;                                                      // for the evidence
  std::function<Result<std::string>(const Operation&)> act;                  // → the upstream's id
  std::function<Result<std::optional<std::string>>(const Operation&)> find;  // nullopt: it surely did not happen
  std::function<Result<Progress>(const Operation&)> report;
  std::chrono::seconds patience;  // a started one that does not end within it counts as lost
  std::chrono::seconds poll_first;
  std::chrono::seconds poll_at_most;
};

// Named instants between intent, act and commit, for tests that let a process die there. Does nothing otherwise.
using Failpoint = std::function<void(std::string_view name)>;

class Operations {
 public:
  Operations(db::Pool& pool, const Clock& clock, const Settings& settings, const Run& run, const Lease& lease, const Failpoint& failpoint)
      : pool_(pool), clock_(clock), settings_(settings), run_(run), lease_(lease), failpoint_(failpoint) {}

  // The operation once the upstream has it, or once it failed to take it.
  [[nodiscard]] Awaited<Operation> begun(const Effect& effect);
  // The operation once it is over.
  [[nodiscard]] Awaited<Operation> ended(const Effect& effect);

  // What an earlier phase of this run did, latest attempt first; nullopt when it never intended to.
  [[nodiscard]] std::optional<Operation> find(Phase phase, std::string_view name);
  // Another operation, of whatever run, has this id: it cannot be the one that is looked for.
  [[nodiscard]] bool is_known(OperationKind kind, const std::string& upstream_id, std::int64_t except);

  // Keeps the run ours until the transaction ends, or throws LostLease.
  void hold(db::Tx& tx) const;

  void start(Operation& operation, const std::string& upstream_id);
  void close(Operation& operation, OperationState state, json::object result);

 private:
  [[nodiscard]] std::optional<Operation> existing(std::string_view name);
  [[nodiscard]] Operation intend(const Effect& effect);
  void repeat(Operation& operation, Time now);
  [[nodiscard]] Awaited<Operation> act(const Effect& effect, Operation operation);
  [[nodiscard]] Awaited<Operation> adopt_or_act(const Effect& effect, Operation operation);
  [[nodiscard]] Awaited<Operation> refused(const Effect& effect, Operation operation, const Error& error);
  [[nodiscard]] Awaited<Operation> poll(const Effect& effect, Operation operation);
  [[nodiscard]] WaitUntil wait(std::chrono::duration<double> pause, std::string why) const;

  db::Pool& pool_;
  const Clock& clock_;
  const Settings& settings_;
  const Run& run_;
  const Lease& lease_;
  const Failpoint& failpoint_;
};

}  // namespace spm::engine
