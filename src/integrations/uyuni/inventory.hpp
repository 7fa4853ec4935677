#pragma once
// What UYUNI knows: organisations, groups, systems with their OS, what each misses, and the details of an erratum. Reads alone; long lists
// are asked for in parts, UyuniOptions::concurrency at a time. Safe from any thread.

#include "integrations/uyuni/session.hpp"
#include "ports/advisory_source.hpp"

namespace spm::uyuni {

class UyuniInventory final : public ports::Inventory {
 public:
  explicit UyuniInventory(UyuniClient& client) : client_(client) {}

  [[nodiscard]] Result<std::vector<ports::SystemGroup>> groups() override;
  [[nodiscard]] Result<std::vector<ports::Organisation>> organisations() override;
  [[nodiscard]] Result<std::vector<ports::ManagedSystem>> systems() override;
  [[nodiscard]] Result<std::map<SystemId, std::vector<ports::ApplicableErratum>>> applicable(const std::vector<SystemId>& systems) override;
  [[nodiscard]] Result<ports::Advisory> advisory(const AdvisoryName& name) override;

 private:
  UyuniClient& client_;
};

}  // namespace spm::uyuni
