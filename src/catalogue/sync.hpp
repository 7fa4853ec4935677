#pragma once
// Reading the sources into the catalogue. Called by workers only: a sync talks to its upstream for as long as it takes.
//
// Whatever fails, what was known before stays: an upstream that answers nothing, too little or nonsense removes nothing. Every run is a row
// of sync_runs. One sync of a source runs at a time among all orchestrators; a run that was asked for over the API, or that a dead process
// left, is the run that the next worker completes. Functions may be called from any thread and throw only db::DatabaseError.

#include <chrono>
#include <functional>
#include <stop_token>
#include <vector>

#include "catalogue/rules.hpp"
#include "catalogue/types.hpp"
#include "db/db.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::catalogue {

// Called after each sync, outside of any transaction, with every erratum of known packages whose row, applicability or successor changed:
// scores follow from it. An erratum whose packages are not known has nothing to be scored from.
using OnChanged = std::function<void(const std::vector<AdvisoryName>&)>;

struct SyncSettings {
  std::chrono::milliseconds uyuni_interval = std::chrono::minutes(30);
  std::chrono::milliseconds spm_sync_interval = std::chrono::minutes(30);
  int uyuni_concurrency = 10;  // parallel look-ups of details
  TestSystemRule test_systems;
};

// The sources of an installation; nullptr where one is not configured. Must outlive the tasks; called from several threads at once.
struct Upstreams {
  ports::Inventory* inventory = nullptr;
  ports::AdvisoryCatalogue* catalogue = nullptr;
};

struct SyncContext {
  db::Pool& pool;
  const Clock& clock;
  Upstreams upstreams;
  SyncSettings settings;
  OnChanged on_changed;
};

// One sync with its run row. UyuniError or SpmSyncError when the source failed, Conflict when another orchestrator syncs it right now.
[[nodiscard]] Result<SyncReport> sync_uyuni(const SyncContext& context, std::stop_token stop, const std::string& requested_by = "schedule");
[[nodiscard]] Result<SyncReport> sync_spm_sync(const SyncContext& context, std::stop_token stop,
                                               const std::string& requested_by = "schedule");

struct PackageFailure {
  AdvisoryName name;
  std::string error;
};
struct PackageReport {
  std::vector<AdvisoryName> filled;
  std::vector<PackageFailure> failed;
};

// Looks up the packages of those errata of which they are not known: in UYUNI (with sizes), else in SPM-SYNC. One or more upstream calls an
// erratum, so never for the whole catalogue. Does not call on_changed.
[[nodiscard]] PackageReport ensure_packages(const SyncContext& context, const std::vector<AdvisoryName>& names, std::stop_token stop);

// Raises a notice for each of these sources whose last good sync is too long ago.
void tell_stale(db::Tx& tx, const std::vector<Source>& configured, Time now);

// The jobs "tell_stale_sources", "sync_uyuni" and "sync_spm_sync" of the configured sources. The context is copied into them.
[[nodiscard]] std::vector<scheduler::Task> tasks(const SyncContext& context);

}  // namespace spm::catalogue
