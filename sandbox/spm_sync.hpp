#pragma once
// SPM-SYNC's HTTP interface over the world's errata: generation 2.x with its catalogue (and the ignored `offset` of the deployed 2.5 and 2.6),
// or generation 3.x, which has none. Read only, as the orchestrator uses it. Safe from any thread.

#include "http/message.hpp"
#include "sandbox/simulation.hpp"

namespace spm::sandbox {

class SpmSync {
 public:
  explicit SpmSync(Simulation& simulation);

  [[nodiscard]] http::Response handle(const http::Request& request) const;

 private:
  [[nodiscard]] http::Response health() const;
  [[nodiscard]] http::Response errata(const http::Request& request) const;
  [[nodiscard]] http::Response packages(const std::string& advisory) const;

  Simulation& simulation_;
  SpmSyncSpec spec_;
  std::vector<std::size_t> newest_first_;  // indexes into Errata::all()
};

}  // namespace spm::sandbox
