#pragma once
// Running command batches on minions through the Salt API, and whether that API can be used. Created by app/; called by engine workers and
// the prober. The batch's token is the Salt job id, so a batch runs at most once however often it is sent (salt-and-prometheus 1.6).
//
// Blocking, at most one call an operation (three when a job seems lost). Safe from any thread. Errors: SaltError.

#include "integrations/salt/session.hpp"
#include "ports/commands.hpp"
#include "ports/health.hpp"

namespace spm::salt {

class SaltCommands final : public ports::Commands, public ports::UpstreamProbe {
 public:
  SaltCommands(Options options, const Clock& clock, net::CallObserver observer = {});

  [[nodiscard]] Result<std::string> start(const ports::CommandBatch& batch) override;
  [[nodiscard]] Result<std::optional<std::string>> find(const ports::CommandBatch& batch) override;
  [[nodiscard]] Result<ports::BatchReport> report(const ports::CommandBatch& batch, const std::string& handle) override;
  [[nodiscard]] Result<ports::ProbeReport> probe() override;

 private:
  // The minion's return of the job; nullopt while there is none.
  [[nodiscard]] Result<std::optional<json::value>> returned(const ports::CommandBatch& batch, const std::string& jid);
  [[nodiscard]] Result<json::value> ask_minion(const std::string& minion, const std::string& function, json::array arguments);
  [[nodiscard]] Result<ports::BatchReport> look_for_lost(const ports::CommandBatch& batch, const std::string& jid);

  const Clock& clock_;
  SaltSession session_;
};

// What `cmd.run_all` returned, as outputs of the batch's commands. Lost with the reason when the script did not come to its end. Pure.
[[nodiscard]] Result<ports::BatchReport> read_return(const ports::CommandBatch& batch, const json::value& returned);

}  // namespace spm::salt
