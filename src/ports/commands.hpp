#pragma once
// Running commands on a managed system. Implemented by the Salt API and by UYUNI remote scripts; both pass the same suite.
//
// Starting and asking are two calls, because a run must survive the death of whoever started it: the engine stores what start() needs
// (the token, chosen by the engine) before it starts, and asks for the report as often as it takes.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace spm::ports {

struct Command {
  std::vector<std::string> argv;     // never a shell line
  std::chrono::seconds timeout{30};  // then it is killed and ends with 124
};

struct CommandOutput {
  int exit_status = 0;  // 124 timed out, 126/127 could not be run
  std::string output;   // stdout and stderr joined, as text; at most 4 MiB for all commands of a batch
};

// A minion as both backends address it.
struct Target {
  SystemId system;
  std::string minion_id;
};

// One batch of commands on one system. `token` is unique for each batch and chosen by the caller *before* it starts: 20 digits in the form
// YYYYMMDDhhmmssffffff, because Salt takes it as the job id and so runs the batch at most once.
struct CommandBatch {
  Target target;
  std::vector<Command> commands;
  std::string token;
  Time intended_at;  // when the token was stored; nothing of this batch can be older
};

enum class BatchState {
  Running,  // not yet known to have ended; ask again
  Done,     // outputs are there
  Lost,     // it will never report (minion down when it was sent, answer lost, minion restarted): whether it ran is not known
};

struct BatchReport {
  BatchState state = BatchState::Running;
  std::vector<CommandOutput> outputs;  // one for each command when Done
  std::string reason;                  // why Lost: "Minion is down or could not be contacted."
};

class Commands {
 public:
  virtual ~Commands() = default;
  // Starts the batch and returns the upstream's handle (Salt: the jid; UYUNI: the action id). Blocks for one upstream call at most.
  [[nodiscard]] virtual Result<std::string> start(const CommandBatch& batch) = 0;
  // The handle of this batch if an earlier start() reached the upstream although its answer was lost. nullopt: it surely did not.
  [[nodiscard]] virtual Result<std::optional<std::string>> find(const CommandBatch& batch) = 0;
  [[nodiscard]] virtual Result<BatchReport> report(const CommandBatch& batch, const std::string& handle) = 0;
};

}  // namespace spm::ports
