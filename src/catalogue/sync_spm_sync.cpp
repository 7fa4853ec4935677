// SPM-SYNC: the catalogue beyond what applies to our systems, and packages where UYUNI does not know them.

#include <map>

#include "catalogue/consequences.hpp"
#include "catalogue/details.hpp"
#include "catalogue/merge_write.hpp"
#include "catalogue/store.hpp"
#include "catalogue/sync.hpp"
#include "catalogue/sync_run.hpp"
#include "log/log.hpp"

namespace spm::catalogue {
namespace {

// Package look-ups of one run; what is left over is next run's.
constexpr std::int64_t kPackagesAtOnce = 1000;
// SPM-SYNC is one small process: it gets fewer requests at a time than UYUNI.
constexpr int kSpmSyncConcurrency = 4;

// The same advisory can be listed once for each release.
std::vector<Told> told_once(std::vector<ports::Advisory> advisories) {
  std::map<AdvisoryName, Told> by_name;
  for (auto& advisory : advisories) {
    const auto [place, is_new] = by_name.try_emplace(advisory.name);
    auto& known = place->second.advisory;
    if (is_new) {
      known = std::move(advisory);
      continue;
    }
    const auto severity = merge_severity({known.severity, known.severity_source}, {advisory.severity, advisory.severity_source});
    known.severity = severity.severity;
    known.severity_source = severity.source;
    known.distribution = merge_distribution(known.distribution, advisory.distribution);
    known.cves.insert(advisory.cves.begin(), advisory.cves.end());
  }
  std::vector<Told> out;
  out.reserve(by_name.size());
  for (auto& [name, told] : by_name) out.push_back(std::move(told));
  return out;
}

std::set<AdvisoryName> known_names(db::Pool& pool) {
  db::Tx tx(pool);
  auto names = store::names_in_spm_sync(tx);
  tx.commit();
  return names;
}

void withdraw_missing(const SyncContext& context, const std::vector<Told>& told, std::set<AdvisoryName> known, SyncReport& report,
                      std::set<AdvisoryName>& changed) {
  for (const auto& one : told) known.erase(one.advisory.name);
  if (known.empty()) return;
  db::Tx tx(context.pool);
  store::lock_errata_writes(tx);
  report.withdrawn += store::leave_spm_sync(tx, {known.begin(), known.end()}, context.clock.now());
  tx.commit();
  changed.merge(known);
}

Result<void> sync_catalogue(const SyncContext& context, SyncReport& report, std::set<AdvisoryName>& changed) {
  auto answer = context.upstreams.catalogue->advisories();
  if (!answer) return tl::unexpected(answer.error());
  if (!*answer) {
    log::info("catalogue", "this SPM-SYNC has no catalogue (generation 3.x); errata come from UYUNI alone");
    return {};
  }
  const auto known = known_names(context.pool);
  if ((*answer)->empty() && !known.empty()) {
    return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::BadAnswer,
                         "SPM-SYNC answered with an empty catalogue although " + std::to_string(known.size()) +
                             " errata are known from it; nothing was changed. Look at its database (GET /api/health)");
  }
  const auto told = told_once(std::move(**answer));
  const auto written = write_told(context.pool, told, context.clock.now());
  report.inserted += written.inserted;
  report.updated += written.updated;
  report.skipped += written.skipped;
  changed.insert(written.changed.begin(), written.changed.end());
  withdraw_missing(context, told, known, report, changed);
  return {};
}

std::vector<AdvisoryName> wanted_packages(db::Pool& pool) {
  db::Tx tx(pool);
  auto names = store::applicable_without_packages(tx, kPackagesAtOnce);
  tx.commit();
  return names;
}

Result<void> sync_all(const SyncContext& context, SyncReport& report, const std::stop_token& stop) {
  std::set<AdvisoryName> changed;
  if (auto synced = sync_catalogue(context, report, changed); !synced) return synced;
  const auto packages = ensure_packages(context, wanted_packages(context.pool), stop);
  changed.insert(packages.filled.begin(), packages.filled.end());
  report.skipped += static_cast<std::int64_t>(packages.failed.size());
  draw_consequences(context, std::move(changed));
  return {};
}

Result<Told> told_by_uyuni(ports::Inventory& inventory, const Erratum& erratum) {
  auto advisory = inventory.advisory(erratum.name);
  if (!advisory) return tl::unexpected(advisory.error());
  Told told;
  told.source = Source::Uyuni;
  told.advisory = std::move(*advisory);
  told.advisory.name = erratum.name;
  return told;
}

// Only the packages are news: everything else is said again as it stands.
Result<Told> told_by_spm_sync(ports::AdvisoryCatalogue& catalogue, const Erratum& erratum) {
  auto packages = catalogue.packages(erratum.name);
  if (!packages) return tl::unexpected(packages.error());
  Told told;
  told.source = Source::SpmSync;
  auto& advisory = told.advisory;
  advisory.name = erratum.name;
  advisory.synopsis = erratum.synopsis;
  advisory.type = erratum.type;
  advisory.severity = erratum.severity;
  advisory.severity_source = erratum.severity_source;
  advisory.distribution = erratum.distribution;
  advisory.cves = {erratum.cves.begin(), erratum.cves.end()};
  if (!packages->empty()) advisory.packages = std::move(*packages);
  return told;
}

std::map<AdvisoryName, Erratum> without_packages(db::Pool& pool, const std::vector<AdvisoryName>& names) {
  db::Tx tx(pool);
  auto errata = store::find_errata(tx, names);
  tx.commit();
  std::erase_if(errata, [](const auto& entry) { return entry.second.packages.has_value(); });
  return errata;
}

}  // namespace

PackageReport ensure_packages(const SyncContext& context, const std::vector<AdvisoryName>& names, std::stop_token stop) {
  const auto errata = without_packages(context.pool, names);
  std::vector<AdvisoryName> wanted;
  for (const auto& [name, erratum] : errata) wanted.push_back(name);
  const auto look_up = [&](const AdvisoryName& name) -> Result<Told> {
    const auto& erratum = errata.at(name);
    Result<Told> told = fail(ErrorCode::NotFound, "no configured source knows the packages of " + name.value);
    if (erratum.in_uyuni && context.upstreams.inventory != nullptr) told = told_by_uyuni(*context.upstreams.inventory, erratum);
    const bool has_packages = told && told->advisory.packages;
    if (!has_packages && erratum.in_spm_sync && context.upstreams.catalogue != nullptr) {
      told = told_by_spm_sync(*context.upstreams.catalogue, erratum);
    }
    return told;
  };
  const auto looked_up = look_up_all(context.pool, context.clock, wanted, kSpmSyncConcurrency, look_up, stop);
  PackageReport report;
  if (looked_up) {
    report.filled = looked_up->changed;
    report.failed = looked_up->failed;
  } else {
    for (const auto& name : wanted) report.failed.push_back({name, looked_up.error().message});
  }
  return report;
}

Result<SyncReport> sync_spm_sync(const SyncContext& context, std::stop_token stop, const std::string& requested_by) {
  return run_recorded(context.pool, context.clock, Source::SpmSync, requested_by,
                      [&](SyncReport& report) { return sync_all(context, report, stop); });
}

}  // namespace spm::catalogue
