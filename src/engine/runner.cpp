#include "engine/runner.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/commit.hpp"
#include "engine/phases.hpp"
#include "engine/store.hpp"
#include "engine/transition.hpp"
#include "log/log.hpp"

namespace spm::engine {

using namespace std::chrono_literals;

class Runner::Held {
 public:
  Held(Runner& runner, std::shared_ptr<Lease> lease) : runner_(runner), lease_(std::move(lease)) {
    const std::scoped_lock lock(runner_.mutex_);
    runner_.held_.insert(lease_);
  }
  ~Held() {
    const std::scoped_lock lock(runner_.mutex_);
    runner_.held_.erase(lease_);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  Runner& runner_;
  std::shared_ptr<Lease> lease_;
};

Runner::Runner(db::Pool& pool, const Clock& clock, const Ports& ports, const Settings& settings, std::string owner, Failpoint failpoint)
    : pool_(pool),
      clock_(clock),
      ports_(ports),
      settings_(settings),
      owner_(std::move(owner)),
      failpoint_(failpoint ? std::move(failpoint) : Failpoint([](std::string_view) {})) {
  if (settings_.lease <= 2 * settings_.heartbeat) {
    throw std::invalid_argument(fmt::format("the engine's lease ({} ms) must be longer than two heartbeats ({} ms each)",
                                            settings_.lease.count(), settings_.heartbeat.count()));
  }
}

std::shared_ptr<Lease> Runner::claim() {
  const auto asked_at = std::chrono::steady_clock::now();
  const auto now = clock_.now();
  db::Tx tx(pool_);
  // After a jump of the clock a lease that seems to have run out may have been granted a moment ago; its owner's steady clock still holds
  // it.
  const auto take_over = asked_at - clock_.steady_since() >= settings_.lease ? store::TakeOver::Allowed : store::TakeOver::No;
  const auto claim = store::claim_due(tx, owner_, now + settings_.lease, take_over, now);
  tx.commit();
  if (!claim) return nullptr;
  return std::make_shared<Lease>(claim->run, claim->fence, asked_at + settings_.lease);
}

bool Runner::run_one() {
  const auto lease = claim();
  if (!lease) return false;
  const Held held(*this, lease);
  const log::Scope scope({{"test_id", lease->run()}});
  try {
    take_step(*lease);
  } catch (const LostLease&) {
    log::warning("engine", "another orchestrator has taken the run over; what this one had is thrown away");
  } catch (const std::exception& error) {
    log::error("engine", "a step was broken off; it will be taken again", {{"error", error.what()}});
    postpone(*lease, fmt::format("an internal error broke off the last step: {}", error.what()));
  }
  return true;
}

// The lease stays until it runs out when even this fails.
void Runner::postpone(const Lease& lease, const std::string& why) {
  try {
    db::Tx tx(pool_);
    store::release_run(tx, lease, clock_.now() + scaled(30s, settings_.time_factor), why, {});
    tx.commit();
  } catch (const std::exception& error) {
    log::warning("engine", "the run stays with its lease until that runs out", {{"error", error.what()}});
  }
}

Run Runner::load(const Lease& lease) {
  db::Tx tx(pool_);
  auto run = store::claimed_run(tx, {lease.run(), lease.fence()});
  tx.commit();
  return run;
}

void Runner::take_step(const Lease& lease) {
  const Run run = load(lease);
  const log::Scope scope({{"errata_id", run.erratum}, {"phase", to_string(run.phase)}});
  if (run.abort_requested_at && (!is_way_back(run.phase) || run.abort_skips_rollback))
    return commit_abort(pool_, settings_, run, lease, clock_.now());
  const Outcome outcome = outcome_of(run, lease);
  failpoint_(fmt::format("{}.answered", to_string(run.phase)));
  commit_outcome(pool_, settings_, run, lease, outcome, clock_.now());
  failpoint_(fmt::format("{}.committed", to_string(run.phase)));
}

Outcome Runner::outcome_of(const Run& run, const Lease& lease) {
  const auto now = clock_.now();
  const auto& row = row_of(run.phase);
  const auto last = run.waiting_for.empty() ? std::string() : " (last: " + run.waiting_for + ")";
  if (now >= run.phase_deadline)
    return Fail{row.trouble, fmt::format("{} did not end within its time{}", to_string(run.phase), last), {}, {}};
  if (!is_way_back(run.phase) && now >= run.deadline) {
    return Fail{row.trouble,
                fmt::format("the test did not come to a verdict within {} minutes; it was in {}{}", run.config.timeout.count(),
                            to_string(run.phase), last),
                {},
                {}};
  }
  Operations operations(pool_, clock_, settings_, run, lease, failpoint_);
  StepContext context(pool_, clock_, settings_, ports_, run, operations);
  return row.step(context);
}

void Runner::renew_leases() {
  std::set<std::shared_ptr<Lease>> held;
  {
    const std::scoped_lock lock(mutex_);
    held = held_;
  }
  for (const auto& lease : held) {
    const auto asked_at = std::chrono::steady_clock::now();
    db::Tx tx(pool_);
    const bool is_ours = store::renew_lease(tx, *lease, clock_.now() + settings_.lease);
    tx.commit();
    // A step that has just committed has given its run back: losing that is no loss.
    if (is_ours)
      lease->renewed(asked_at + settings_.lease);
    else
      lease->lose();
  }
}

std::optional<Time> Runner::next_due() {
  db::Tx tx(pool_);
  const auto due = store::next_due(tx);
  tx.commit();
  return due;
}

}  // namespace spm::engine
