// An orchestrator that dies. `serve` with accelerated waits, short leases, and a chance to be killed at each named instant of a step:
// between an intent and its effect, between the effect and its id, before and after the commit. Configured by the environment, as `serve`
// is, and by CHAOS_SPEED and CHAOS_DEATHS (the probability at one instant). Never installed.

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "app/service.hpp"
#include "cli/settings.hpp"
#include "cli/signals.hpp"
#include "db/database_clock.hpp"
#include "log/log.hpp"

namespace {

using namespace spm;
using namespace std::chrono_literals;

double number_from(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtod(text, nullptr);
}

// The driver counts these lines.
void maybe_die(std::string_view instant, double probability) {
  thread_local std::minstd_rand random(std::random_device{}());
  if (std::uniform_real_distribution<>(0, 1)(random) >= probability) return;
  std::fprintf(stderr, "died at %.*s\n", static_cast<int>(instant.size()), instant.data());
  raise(SIGKILL);
}

void tune(engine::Settings& settings) {
  settings.settle = 12s;  // longer than a call to UYUNI may take here (8 s)
  settings.lease = 3s;
  settings.heartbeat = 1s;
  settings.workers = 12;
  settings.action_timeout = 60s;
  settings.reboot_timeout = 180s;
  settings.infra_retry_after = 15min;
  settings.transient_retry_after = 10min;
}

constexpr int kTryAgain = 75;  // EX_TEMPFAIL: the database was away at the start

void run(const config::Settings& settings) {
  const db::DatabaseClock clock(settings.database.conninfo);
  const double deaths = number_from("CHAOS_DEATHS", 0);
  app::Service service(settings, clock,
                       {.time_factor = number_from("CHAOS_SPEED", 30),
                        .probe_interval = 5s,
                        .tune_engine = tune,
                        .failpoint = [deaths](std::string_view instant) { maybe_die(instant, deaths); }});
  service.start();
  while (cli::wait_for_signal(1h) != cli::Signal::Stop) continue;
  service.stop();
}

}  // namespace

int main() {
  cli::block_signals();
  const auto settings = cli::load_settings({}, config::Purpose::Serve);
  if (!settings) return 2;
  try {
    run(*settings);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "chaos-node: %s\n", problem.what());
    return kTryAgain;
  }
}
