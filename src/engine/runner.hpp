#pragma once
// Claims a due run, takes one step of it, commits what came out. Any number of runners in any number of processes work on one database.
// run_one() may be called from several threads at a time; it blocks for one step: a few statements and at most a few upstream calls.

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "db/db.hpp"
#include "engine/context.hpp"
#include "engine/lease.hpp"
#include "engine/operations.hpp"
#include "engine/settings.hpp"

namespace spm::engine {

class Runner {
 public:
  // `owner` names this process in leases. Throws std::invalid_argument unless lease > 2 * heartbeat.
  Runner(db::Pool& pool, const Clock& clock, const Ports& ports, const Settings& settings, std::string owner, Failpoint failpoint = {});

  // False: nothing was due. Whatever goes wrong inside a step is logged, and the run is due again later; a lost database throws.
  bool run_one();

  // Called regularly by the heartbeat: renews the leases of the steps that are being taken, and marks those that are lost.
  void renew_leases();

  [[nodiscard]] std::optional<Time> next_due();

 private:
  class Held;  // a lease in the set of those to renew, while its step is taken

  [[nodiscard]] std::shared_ptr<Lease> claim();
  [[nodiscard]] Run load(const Lease& lease);
  void take_step(const Lease& lease);
  [[nodiscard]] Outcome outcome_of(const Run& run, const Lease& lease);
  void postpone(const Lease& lease, const std::string& why);

  db::Pool& pool_;
  const Clock& clock_;
  const Ports ports_;
  const Settings settings_;
  const std::string owner_;
  const Failpoint failpoint_;
  std::mutex mutex_;
  std::set<std::shared_ptr<Lease>> held_;
};

}  // namespace spm::engine
