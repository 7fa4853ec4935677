#pragma once
// node_exporter's text page for one simulated system, found by the address that was connected to. Safe from any thread.

#include <optional>

#include "http/message.hpp"
#include "sandbox/simulation.hpp"

namespace spm::sandbox {

class Exporter {
 public:
  explicit Exporter(Simulation& simulation) : simulation_(simulation) {}

  // nullopt: the system is off; drop the connection.
  [[nodiscard]] std::optional<http::Response> handle(const http::Request& request) const;

 private:
  Simulation& simulation_;
};

}  // namespace spm::sandbox
