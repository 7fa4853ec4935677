#pragma once
// Whether UYUNI can be used: its version, and that our account may call it. A few seconds at most. Safe from any thread.

#include "integrations/uyuni/session.hpp"
#include "ports/health.hpp"

namespace spm::uyuni {

class UyuniProbe final : public ports::UpstreamProbe {
 public:
  explicit UyuniProbe(UyuniClient& client) : client_(client) {}
  [[nodiscard]] Result<ports::ProbeReport> probe() override;

 private:
  UyuniClient& client_;
};

}  // namespace spm::uyuni
