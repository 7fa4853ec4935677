#pragma once
// Salt's jobs on the minions of the world: published once for each job id, run where the minion answers, lost where it does not, kept in
// the job cache (salt-and-prometheus 1.6). Guarded by the simulation's mutex.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sandbox/world.hpp"

namespace spm::sandbox::salt {

struct MinionResult {
  Time returns_at;
  bool lost = false;
  json::value value;
  int retcode = 0;
  int pid = 0;
};

struct Job {
  std::string jid;
  std::string function;
  json::array arguments;  // positional, then {"__kwarg__": true, …} as Salt stores them
  json::value target;
  std::string target_type;
  std::string user;
  std::vector<std::string> minions;  // expected to answer
  std::map<std::string, MinionResult> results;
};

struct FunctionCall {
  std::string function;
  json::array arguments;
  json::object keywords;
};

class Jobs {
 public:
  explicit Jobs(World& world);
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // Publishes to these known minions. A minion that saw the jid among its last hundred jobs ignores it.
  const Job& publish(Job job, const FunctionCall& call);
  [[nodiscard]] const Job* find(const std::string& jid) const;
  [[nodiscard]] const std::map<std::string, Job>& all() const { return jobs_; }
  [[nodiscard]] std::string new_jid();
  // The answer is back at the master.
  [[nodiscard]] bool has_returned(const MinionResult& result) const { return !result.lost && result.returns_at <= world_.now(); }
  [[nodiscard]] bool is_running(const MinionResult& result) const { return !result.lost && result.returns_at > world_.now(); }

  int lose_results = 0;  // so many of the next returns never reach the master

 private:
  World& world_;
  std::map<std::string, Job> jobs_;
  std::map<std::string, std::deque<std::string>> seen_;  // by minion
};

}  // namespace spm::sandbox::salt
