#pragma once
// A running sandbox for the tests of the clients, which speak to it over their real protocols.

#include <gtest/gtest.h>

#include <memory>

#include "integrations/salt/commands.hpp"
#include "integrations/spm_sync/spm_sync.hpp"
#include "integrations/uyuni/session.hpp"
#include "sandbox/power.hpp"
#include "sandbox/sandbox.hpp"
#include "tests/support/clock.hpp"

namespace spm::test {

class RunningSandbox {
 public:
  // Simulated time runs `speed` times as fast. `change` may alter the small scenario first.
  explicit RunningSandbox(double speed = 50, const std::function<void(sandbox::Scenario&)>& change = {}) {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    sandbox::Options options;
    options.scenario = sandbox::embedded_scenario("small", now).value();
    if (change) change(options.scenario);
    options.speed = speed;
    spec_ = options.scenario;
    running_ = std::move(sandbox::Sandbox::start(std::move(options)).value());
  }

  sandbox::Sandbox* operator->() { return running_.get(); }
  [[nodiscard]] const Clock& clock() const { return clock_; }

  [[nodiscard]] uyuni::UyuniOptions uyuni_options() const {
    uyuni::UyuniOptions options{.url = running_->uyuni_url(),
                                .user = spec_.uyuni.user,
                                .password = spec_.uyuni.password,
                                .ca_file = running_->ca_file(),
                                .zone = uyuni::ServerTimeZone::named(spec_.uyuni.time_zone).value()};
    options.timeout = std::chrono::milliseconds(5'000);
    options.retry_pause = std::chrono::milliseconds(1);
    return options;
  }
  [[nodiscard]] salt::Options salt_options() const {
    salt::Options options;
    options.url = running_->salt_url();
    options.user = spec_.salt.user;
    options.password = spec_.salt.password;
    options.eauth = spec_.salt.eauth;
    options.retry_pause = std::chrono::milliseconds(1);
    options.look_for_lost_after = std::chrono::seconds(0);
    options.give_up_silent_after = std::chrono::seconds(0);
    return options;
  }
  [[nodiscard]] spm_sync::Options spm_sync_options() const {
    spm_sync::Options options;
    options.url = running_->spm_sync_url();
    options.retry_pause = std::chrono::milliseconds(1);
    options.timeout = std::chrono::milliseconds(5'000);
    return options;
  }

  [[nodiscard]] SystemId system(const std::string& name) {
    return running_->simulation().with([&](const sandbox::Simulation::View& view) { return SystemId{view.world.host_by_name(name)->sid}; });
  }
  void set_online(const std::string& name, bool online) {
    running_->simulation().with([&](const sandbox::Simulation::View& view) {
      sandbox::set_reachable(view.world, *view.world.host_by_name(name), online);
      return 0;
    });
  }
  // A plan of the control endpoint for as long as this lives.
  class Trouble {
   public:
    Trouble(sandbox::Faults& faults, const sandbox::FaultPlan& plan) : faults_(faults) { faults_.set(plan); }
    ~Trouble() { faults_.clear(); }
    Trouble(const Trouble&) = delete;
    Trouble& operator=(const Trouble&) = delete;

   private:
    sandbox::Faults& faults_;
  };
  [[nodiscard]] Trouble trouble(sandbox::Target target, const sandbox::FaultPlan& plan) { return Trouble(running_->faults(target), plan); }

 private:
  SystemClock clock_;
  sandbox::Scenario spec_;
  std::unique_ptr<sandbox::Sandbox> running_;
};

// What misbehaves, for the tables of "whatever goes wrong is an error of this source".
struct NamedTrouble {
  const char* name;
  sandbox::FaultPlan plan;
  std::vector<UpstreamFailure> expected;

  // Short only where the end of the patience is what the test is about: a loaded machine needs its time for 50 MB.
  [[nodiscard]] std::chrono::milliseconds patience() const {
    return plan.hang || plan.never_end ? std::chrono::milliseconds(1'500) : std::chrono::milliseconds(60'000);
  }
};

inline std::vector<NamedTrouble> troubles() {
  sandbox::FaultPlan bad_gateway, dropped, truncated, huge, endless, wrong, hanging;
  bad_gateway.error_rate = 1;
  dropped.drop_rate = 1;
  truncated.truncate_rate = 1;
  huge.huge = true;
  endless.never_end = true;
  wrong.wrong_type = true;
  hanging.hang = true;
  using enum UpstreamFailure;
  return {{"502 with HTML", bad_gateway, {OutcomeUnknown, Unreachable}},
          {"dropped", dropped, {OutcomeUnknown}},
          {"truncated", truncated, {OutcomeUnknown, BadAnswer}},
          {"50 MB", huge, {BadAnswer}},
          {"never ends", endless, {OutcomeUnknown, BadAnswer}},
          {"wrong type", wrong, {BadAnswer}},
          {"hangs", hanging, {OutcomeUnknown}}};
}

}  // namespace spm::test
