#pragma once
// node_exporter's text page of one simulated system. Counters run with real time; a system that is offline drops the connection.

#include <string>

#include "http/server.hpp"
#include "sandbox/simulation.hpp"

namespace spm::sandbox {

// The system is the one whose address the connection came in on.
[[nodiscard]] http::Reply exporter_page(Simulation& simulation, const http::Request& request);

}  // namespace spm::sandbox
