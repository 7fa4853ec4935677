#pragma once
// Changing systems through UYUNI: patches, reboots, notes, and looking for what an earlier call left behind. Safe from any thread.

#include "integrations/uyuni/session.hpp"
#include "ports/fleet.hpp"

namespace spm::uyuni {

class UyuniFleet final : public ports::Fleet {
 public:
  explicit UyuniFleet(UyuniClient& client) : client_(client) {}

  [[nodiscard]] Result<ActionId> schedule_errata(SystemId system, const std::vector<UyuniErratumId>& errata, Time earliest) override;
  [[nodiscard]] Result<ActionId> schedule_reboot(SystemId system, Time earliest) override;
  [[nodiscard]] Result<std::optional<ActionId>> find_action(SystemId system, ports::ActionKind kind, const AdvisoryName& advisory,
                                                            Time since) override;
  [[nodiscard]] Result<ports::ActionReport> action_report(SystemId system, ActionId action) override;
  [[nodiscard]] Result<bool> cancel_action(SystemId system, ActionId action) override;
  [[nodiscard]] Result<std::optional<UyuniErratumId>> applicable_id(SystemId system, const AdvisoryName& advisory) override;
  [[nodiscard]] Result<bool> add_note(SystemId system, const std::string& subject, const std::string& body) override;

 private:
  UyuniClient& client_;
};

// Whether a text of UYUNI speaks of this advisory and not of one whose name begins or ends with it ("USN-7412-1" in "USN-7412-12").
[[nodiscard]] bool mentions(std::string_view text, const AdvisoryName& advisory);

}  // namespace spm::uyuni
