#pragma once
// UYUNI's HTTP face: POST /rpc/api carries XML-RPC, everything else is what the web front end would say. Safe from any thread.

#include <memory>
#include <mutex>
#include <random>

#include "http/server.hpp"
#include "sandbox/simulation.hpp"
#include "sandbox/uyuni/local_time.hpp"
#include "sandbox/uyuni/sessions.hpp"

namespace spm::sandbox::uyuni {

class Endpoint {
 public:
  Endpoint(Simulation& simulation, const UyuniSpec& spec, std::uint64_t seed);

  [[nodiscard]] http::Reply handle(const http::Request& request);
  void drop_sessions();

 private:
  [[nodiscard]] xmlrpc::Answer answer(const xmlrpc::Call& request, const Simulation::View& view);

  Simulation& simulation_;
  LocalTime time_;
  Sessions sessions_;   // used under the simulation's mutex only
  std::mt19937 order_;  // likewise
};

}  // namespace spm::sandbox::uyuni
