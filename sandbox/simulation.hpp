#pragma once
// The world with everything that acts on it, behind one mutex. Every stand-in asks through with(), which first lets the world catch up with
// the clock. Safe from any thread; blocks only for the mutex.

#include <mutex>

#include "sandbox/actions.hpp"
#include "sandbox/salt/jobs.hpp"
#include "sandbox/world.hpp"

namespace spm::sandbox {

class Simulation {
 public:
  Simulation(Scenario scenario, double speed, const Clock& clock)
      : clock_(clock), world_(std::move(scenario), speed, clock.now()), actions_(world_), jobs_(world_) {}

  struct View {
    World& world;
    Actions& actions;
    salt::Jobs& jobs;
  };

  template <class Function>
  auto with(Function function) {
    const std::scoped_lock lock(mutex_);
    world_.advance(clock_.now());
    return function(View{world_, actions_, jobs_});
  }

 private:
  const Clock& clock_;
  std::mutex mutex_;
  World world_;
  Actions actions_;
  salt::Jobs jobs_;
};

}  // namespace spm::sandbox
