#include <cstdio>

#include "app/service.hpp"
#include "cli/commands.hpp"
#include "cli/dashboard.hpp"
#include "cli/settings.hpp"
#include "cli/signals.hpp"
#include "db/database_clock.hpp"
#include "db/migrate.hpp"
#include "log/log.hpp"

namespace spm::cli {

int serve(const Common& common) {
  const auto settings = load_settings(common, config::Purpose::Serve);
  if (!settings) return 2;
  const auto is_complete = db::check_schema(settings->database.conninfo);
  if (!is_complete || !*is_complete) {
    const auto why =
        is_complete ? std::string("the database's schema is not complete; run 'spm-orchestrator migrate'") : is_complete.error().message;
    log::error("app", "not started", {{"reason", why}});
    std::fprintf(stderr, "spm-orchestrator: %s\n", why.c_str());
    return 1;
  }
  const db::DatabaseClock clock(settings->database.conninfo);
  app::Service service(*settings, clock, {.dashboard = dashboard_assets()});
  service.start();
  for (;;) {
    const auto signal = wait_for_signal(std::chrono::hours(1));
    if (signal == Signal::Reopen) log::reopen();
    if (signal == Signal::Stop) break;
  }
  log::info("app", "stopping");
  service.stop();
  log::info("app", "stopped");
  return 0;
}

}  // namespace spm::cli
