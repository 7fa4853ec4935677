#pragma once
// Commands on a system through UYUNI's remote scripts. The batch's token is the script's label, so that a lost answer can be made good.
// Safe from any thread.

#include "integrations/uyuni/session.hpp"
#include "ports/commands.hpp"

namespace spm::uyuni {

class UyuniCommands final : public ports::Commands {
 public:
  explicit UyuniCommands(UyuniClient& client) : client_(client) {}

  // The handle is UYUNI's action id.
  [[nodiscard]] Result<std::string> start(const ports::CommandBatch& batch) override;
  [[nodiscard]] Result<std::optional<std::string>> find(const ports::CommandBatch& batch) override;
  [[nodiscard]] Result<ports::BatchReport> report(const ports::CommandBatch& batch, const std::string& handle) override;

 private:
  [[nodiscard]] Result<std::optional<std::string>> output_of(SystemId system, ActionId action);
  [[nodiscard]] Result<bool> is_script_of(ActionId action, const std::string& token);

  UyuniClient& client_;
};

}  // namespace spm::uyuni
