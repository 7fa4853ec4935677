#pragma once
// What a step sees: the run's facts, the time, and the outside world as durable operations. Made by the runner for one call of one step.
// Nothing else is reachable from a step: no clock, no HTTP, no statement of its own.

#include <map>
#include <string>
#include <vector>

#include "db/db.hpp"
#include "engine/operations.hpp"
#include "engine/packages.hpp"
#include "engine/run.hpp"
#include "engine/settings.hpp"
#include "engine/step.hpp"
#include "engine/store.hpp"
#include "ports/commands.hpp"
#include "ports/fleet.hpp"
#include "ports/health.hpp"
#include "ports/network.hpp"

namespace spm::engine {

// The world outside. `metrics` may be null: measurements then come from commands on the system.
struct Ports {
  ports::Commands& commands;
  ports::Fleet& fleet;
  ports::MetricsSource* metrics = nullptr;
  ports::Network* network = nullptr;  // null: checks that need it count as not run
};

using Outputs = std::vector<ports::CommandOutput>;

// Text that the database can hold: no NUL, and valid UTF-8; every byte that is not is shown as "?".
[[nodiscard]] std::string storable(std::string_view output);

// How one batch of commands ended. Lost: whether it ran is not known.
struct Batch {
  OperationState state = OperationState::Lost;
  Outputs outputs;     // when Succeeded, one for each command
  std::string reason;  // else
  [[nodiscard]] bool is_done() const { return state == OperationState::Succeeded; }
};

class StepContext {
 public:
  StepContext(db::Pool& pool, const Clock& clock, const Settings& settings, const Ports& ports, const Run& run, Operations& operations)
      : pool_(pool), clock_(clock), settings_(settings), ports_(ports), run_(run), operations_(operations) {}

  [[nodiscard]] const Run& run() const { return run_; }
  [[nodiscard]] const RunConfig& config() const { return run_.config; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Time now() const { return clock_.now(); }
  // So much later, shortened by the time factor.
  [[nodiscard]] Time after(std::chrono::duration<double> wait) const { return now() + scaled(wait, settings_.time_factor); }
  [[nodiscard]] versions::Family family() const;

  // Runs the commands and has their outputs, whatever their exit status. A batch that is lost is repeated twice under names of its own, so
  // the commands must bear that; then, or when it is refused, the phase fails with its own class.
  [[nodiscard]] Awaited<Outputs> commands(const std::string& name, const std::vector<ports::Command>& commands);
  // Runs them once; that the batch was lost or refused is an answer too. `start_up`: what a backend may need around the commands' own time
  // limits before the batch counts as lost.
  [[nodiscard]] Awaited<Batch> batch(const std::string& name, const std::vector<ports::Command>& commands,
                                     std::chrono::seconds start_up = std::chrono::seconds(120));

  // The patch action once it is over: Succeeded (completed), Failed, or Lost (it vanished, or did not end in time).
  [[nodiscard]] Awaited<Operation> apply_erratum(const std::string& name, UyuniErratumId erratum);
  // The reboot action once UYUNI has it. That the system did reboot is for a changed boot id to prove, not for UYUNI.
  [[nodiscard]] Awaited<Operation> schedule_reboot(const std::string& name);
  // UYUNI's action for an operation whose answer was lost; none surely exists when it is empty.
  [[nodiscard]] Result<std::optional<std::string>> find_action(ports::ActionKind kind, const Operation& operation);

  [[nodiscard]] Operations& operations() { return operations_; }
  [[nodiscard]] ports::Fleet& fleet() { return ports_.fleet; }
  [[nodiscard]] ports::MetricsSource* metrics() { return ports_.metrics; }
  [[nodiscard]] ports::Network* network() { return ports_.network; }

  [[nodiscard]] Awaited<Installed> installed(const std::string& name);  // reads the whole package list; unreadable: the attempt is spoilt

  // The architecture of each package in the list that installed() read under that name.
  [[nodiscard]] Awaited<std::map<std::string, std::string>> architectures(const std::string& name);

  // When the batch of that name in this phase was sent: since then its answers are known to hold.
  [[nodiscard]] Time seen_at(const std::string& name);

  // What the baseline recorded. Throws std::logic_error before that phase completed.
  [[nodiscard]] json::object baseline();
  [[nodiscard]] std::vector<store::PhaseRecord> phases();

  // Moves the queue item, guarded by the run's fence; nothing happens when it is there already.
  void move_item(queue::Status from, queue::Status to, const std::string& reason);

 private:
  [[nodiscard]] Effect commands_effect(const std::string& name, const std::vector<ports::Command>& commands, std::chrono::seconds start_up);

  db::Pool& pool_;
  const Clock& clock_;
  const Settings& settings_;
  const Ports& ports_;
  const Run& run_;
  Operations& operations_;
};

}  // namespace spm::engine
