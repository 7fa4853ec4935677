#pragma once
// rest_cherrypy's HTTP face: sessions, lowstate, jobs, and its own HTML error pages (salt-and-prometheus 1). Safe from any thread.

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "http/server.hpp"
#include "sandbox/simulation.hpp"

namespace spm::sandbox::salt {

class Endpoint {
 public:
  Endpoint(Simulation& simulation, SaltSpec spec) : simulation_(simulation), spec_(std::move(spec)) {}

  [[nodiscard]] http::Reply handle(const http::Request& request);
  // As after a restart of salt-api: every session token is gone.
  void drop_sessions();

 private:
  struct Session {
    std::string user;
    Time eauth_expires;  // of the Salt token behind the session, absolute
    Time idle_until;     // of the session itself, sliding
  };

  http::Reply login(const http::Request& request, const Simulation::View& view);
  http::Reply logout(const http::Request& request);
  http::Reply lowstate(const http::Request& request, const Simulation::View& view, bool minions_path);
  http::Reply job(const http::Request& request, const Simulation::View& view);
  // One chunk; an HTTP error page in the error.
  [[nodiscard]] std::variant<json::value, http::Reply> run_chunk(const json::object& chunk, const Session& session,
                                                                 const Simulation::View& view, std::chrono::microseconds& delay);
  [[nodiscard]] std::variant<json::value, http::Reply> run_runner(const json::object& chunk, const Simulation::View& view);
  [[nodiscard]] json::value run_local(const json::object& chunk, const Session& session, const Simulation::View& view,
                                      std::chrono::microseconds& delay);
  [[nodiscard]] Session* find_session(const http::Request& request, Time now);

  Simulation& simulation_;
  SaltSpec spec_;
  std::map<std::string, Session> sessions_;  // used under the simulation's mutex only
};

}  // namespace spm::sandbox::salt
