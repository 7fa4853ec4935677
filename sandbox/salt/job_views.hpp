#pragma once
// How the master shows jobs: GET /jobs/<jid>, the runners of the jobs module, and the answers of the client "local"
// (salt-and-prometheus 1.6).

#include "sandbox/simulation.hpp"

namespace spm::sandbox::salt {

[[nodiscard]] json::value describe_job(const Simulation::View& view, const std::string& jid);
[[nodiscard]] json::value lookup_jid(const Simulation::View& view, const std::string& jid, bool missing);
[[nodiscard]] json::value active_jobs(const Simulation::View& view);

// Which minions a chunk addresses: the accepted ones, and for a list also the ids that nobody accepted.
struct Targets {
  std::vector<std::string> minions;
  std::vector<std::string> unknown;
};
[[nodiscard]] Targets find_targets(const World& world, const json::object& chunk);

// saltutil.find_job on one minion.
[[nodiscard]] json::value find_job(const Simulation::View& view, const std::string& minion, const json::value& jid);

}  // namespace spm::sandbox::salt
