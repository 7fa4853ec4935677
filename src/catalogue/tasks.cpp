#include <stdexcept>

#include "catalogue/sync.hpp"
#include "catalogue/sync_run.hpp"
#include "log/log.hpp"

namespace spm::catalogue {
namespace {

// A failure stands in the run's row and in the log already; thrown, it also stands on the job. Another process at it is no failure.
void check(const Result<SyncReport>& outcome) {
  if (outcome) return;
  if (outcome.error().code == ErrorCode::Conflict) {
    log::info("catalogue", outcome.error().message);
    return;
  }
  throw std::runtime_error(outcome.error().message);
}

}  // namespace

std::vector<scheduler::Task> tasks(const SyncContext& context) {
  std::vector<scheduler::Task> out;
  std::vector<Source> configured;
  if (context.upstreams.inventory != nullptr) {
    configured.push_back(Source::Uyuni);
    out.push_back({job_name(Source::Uyuni), context.settings.uyuni_interval,
                   [context](std::stop_token stop) { check(sync_uyuni(context, std::move(stop))); }});
  }
  if (context.upstreams.catalogue != nullptr) {
    configured.push_back(Source::SpmSync);
    out.push_back({job_name(Source::SpmSync), context.settings.spm_sync_interval,
                   [context](std::stop_token stop) { check(sync_spm_sync(context, std::move(stop))); }});
  }
  out.push_back({"tell_stale_sources", std::chrono::minutes(5), [context, configured](const std::stop_token&) {
                   db::Tx tx(context.pool);
                   tell_stale(tx, configured, context.clock.now());
                   tx.commit();
                 }});
  return out;
}

}  // namespace spm::catalogue
