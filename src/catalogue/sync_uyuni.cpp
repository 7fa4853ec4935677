// UYUNI: which systems there are, what each of them misses, and the details of those errata.

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>

#include "catalogue/consequences.hpp"
#include "catalogue/details.hpp"
#include "catalogue/merge_write.hpp"
#include "catalogue/store.hpp"
#include "catalogue/sync.hpp"
#include "catalogue/sync_run.hpp"
#include "log/log.hpp"

namespace spm::catalogue {
namespace {

// One call of Inventory::applicable(): thousands of errata a system make answers of many megabytes.
constexpr std::size_t kSystemsAtOnce = 25;
// One statement on system_errata.
constexpr std::size_t kRowsAtOnce = 5000;

// What the systems told of one erratum.
struct Overview {
  ports::ApplicableErratum erratum;
  std::set<std::string> systems_os;
  std::set<std::string> systems_releases;
  bool is_retracted = true;  // by every system that listed it
};

// The answers of all systems, small enough to be held for thousands of errata on hundreds of systems: names stand once, in `errata`, and
// `systems` points to them. Moving keeps the pointers, copying would not.
struct Applicable {
  struct Missing {
    const AdvisoryName* name;
    std::int64_t uyuni_id;
  };
  Applicable() = default;
  Applicable(Applicable&&) = default;
  Applicable& operator=(Applicable&&) = default;

  std::map<AdvisoryName, Overview> errata;
  std::map<std::int64_t, std::vector<Missing>> systems;  // only those that the answers named
};

Error stopped() {
  return {ErrorCode::ServiceUnavailable,
          "the sync was interrupted because the orchestrator stops; it goes on with the next start",
          {},
          UpstreamFailure::None};
}

std::string said_nothing(const std::string& what, std::int64_t known) {
  return "UYUNI answered with no " + what + " although " + std::to_string(known) +
         " are known; nothing was changed. Check the permissions of the UYUNI account, or remove them there one by one if this is true";
}

Result<std::vector<ports::ManagedSystem>> sync_systems(const SyncContext& context) {
  auto groups = context.upstreams.inventory->groups();
  if (!groups) return tl::unexpected(groups.error());
  const auto organisations = context.upstreams.inventory->organisations();
  if (!organisations) return tl::unexpected(organisations.error());
  auto systems = context.upstreams.inventory->systems();
  if (!systems) return tl::unexpected(systems.error());
  const auto now = context.clock.now();
  db::Tx tx(context.pool);
  // Never take an empty list as proof (uyuni-xmlrpc 16, 9 and 16.1 g): without groups every test system would turn into production.
  const auto known_systems = store::count_present_systems(tx);
  if (systems->empty() && known_systems > 0) {
    return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::BadAnswer, said_nothing("systems", known_systems));
  }
  const auto known_groups = store::count_groups(tx);
  if (groups->empty() && known_groups > 0) {
    return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::BadAnswer, said_nothing("system groups", known_groups));
  }
  std::map<std::int64_t, store::RatedSystem> rated;
  for (const auto& system : *systems) rated[system.id.value] = {system, role_of(system, context.settings.test_systems)};
  std::vector<store::RatedSystem> rows;
  std::vector<std::int64_t> present;
  for (auto& [id, row] : rated) {
    present.push_back(id);
    rows.push_back(std::move(row));
  }
  store::replace_groups(tx, *groups, now);
  store::upsert_systems(tx, rows, now);
  store::replace_organisations(tx, *organisations, now);
  const auto gone = store::mark_gone(tx, present, now);
  tx.commit();
  for (const auto& name : gone) log::warning("catalogue", "UYUNI does not list a system any more", {{"system", name}});
  return systems;
}

void collect(Applicable& all, const ports::ManagedSystem& system, const std::vector<ports::ApplicableErratum>& errata) {
  auto& missing = all.systems[system.id.value];
  for (const auto& erratum : errata) {
    const auto [place, is_new] = all.errata.try_emplace(erratum.name);
    auto& overview = place->second;
    // A vendor patch and its clone share a name and can differ in date: the greater one stands, so that every sync sees the same.
    if (is_new || erratum.update_date > overview.erratum.update_date) overview.erratum = erratum;
    if (erratum.retracted) continue;
    overview.is_retracted = false;
    if (!system.target_os.empty()) overview.systems_os.insert(system.target_os);
    if (!system.os_release.empty()) overview.systems_releases.insert(system.os_release);
    missing.push_back({&place->first, erratum.id.value});
  }
}

using Systems = std::span<const ports::ManagedSystem>;

Result<void> ask_applicable(const SyncContext& context, Systems systems, Applicable& all, SyncReport& report) {
  std::vector<SystemId> ids;
  for (const auto& system : systems) ids.push_back(system.id);
  const auto answer = context.upstreams.inventory->applicable(ids);
  if (answer) {
    for (const auto& system : systems) {
      const auto found = answer->find(system.id);
      if (found != answer->end()) {
        collect(all, system, found->second);
      } else {
        log::warning("catalogue", "UYUNI left a system out of its answer; what it misses stays as it was known", {{"system", system.name}});
      }
    }
    return {};
  }
  const auto failure = answer.error().upstream;
  const bool is_about_content = failure == UpstreamFailure::BadAnswer || failure == UpstreamFailure::Refused;
  if (!is_about_content) return tl::unexpected(answer.error());
  if (systems.size() == 1) {
    ++report.skipped;
    log::warning("catalogue", "what a system misses could not be read; it stays as it was known",
                 {{"system", systems.front().name}, {"error", answer.error().message}});
    return {};
  }
  // One system of the chunk spoils the answer of all: ask for each alone.
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (auto alone = ask_applicable(context, systems.subspan(i, 1), all, report); !alone) return alone;
  }
  return {};
}

Result<Applicable> ask_all(const SyncContext& context, Systems systems, SyncReport& report, const std::stop_token& stop) {
  Applicable all;
  for (std::size_t at = 0; at < systems.size(); at += kSystemsAtOnce) {
    if (stop.stop_requested()) return tl::unexpected(stopped());
    const auto chunk = systems.subspan(at, std::min(kSystemsAtOnce, systems.size() - at));
    if (auto asked = ask_applicable(context, chunk, all, report); !asked) return tl::unexpected(asked.error());
  }
  if (!systems.empty() && all.systems.empty()) {
    return fail_upstream(
        ErrorCode::UyuniError, UpstreamFailure::BadAnswer,
        "UYUNI did not say for a single system what it misses; everything stays as it was known. The log names each system");
  }
  return all;
}

Told overview_told(const AdvisoryName& name, const Overview& overview) {
  Told told;
  told.source = Source::Uyuni;
  told.advisory.name = name;
  told.advisory.synopsis = overview.erratum.synopsis;
  told.advisory.type = overview.erratum.type;
  told.advisory.reboot_suggested = overview.erratum.reboot_suggested;
  told.systems_os = overview.systems_os;
  told.systems_releases = overview.systems_releases;
  return told;
}

// What changed of one set of systems between the stored rows and the answers.
struct ApplicabilityDiff {
  std::vector<store::Applicability> added;
  std::vector<store::Applicability> removed;
};

ApplicabilityDiff diff_of(const std::vector<store::Applicability>& stored, const Applicable& all,
                          const std::vector<std::int64_t>& systems) {
  std::unordered_map<std::int64_t, std::unordered_map<std::string, std::int64_t>> before;
  for (const auto& row : stored) before[row.system][row.advisory] = row.uyuni_id;
  ApplicabilityDiff diff;
  for (const auto system : systems) {
    auto& known = before[system];
    std::map<std::string_view, std::int64_t> now_missing;
    for (const auto& [name, uyuni_id] : all.systems.at(system)) now_missing[name->value] = uyuni_id;
    for (const auto& [name, uyuni_id] : now_missing) {
      const auto found = known.find(std::string(name));
      if (found == known.end() || found->second != uyuni_id) diff.added.push_back({system, std::string(name), uyuni_id});
      if (found != known.end()) known.erase(found);
    }
    for (const auto& [name, uyuni_id] : known) diff.removed.push_back({system, name, uyuni_id});
  }
  return diff;
}

std::vector<store::Applicability> slice_of(const std::vector<store::Applicability>& rows, std::size_t at) {
  const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at);
  return {begin, begin + static_cast<std::ptrdiff_t>(std::min(kRowsAtOnce, rows.size() - at))};
}

void store_applicability(const SyncContext& context, const Applicable& all, std::set<AdvisoryName>& changed,
                         std::set<AdvisoryName>& removed) {
  std::vector<std::int64_t> systems;
  for (const auto& [system, missing] : all.systems) systems.push_back(system);
  for (std::size_t at = 0; at < systems.size(); at += kSystemsAtOnce) {
    const auto begin = systems.begin() + static_cast<std::ptrdiff_t>(at);
    const std::vector<std::int64_t> chunk(begin, begin + static_cast<std::ptrdiff_t>(std::min(kSystemsAtOnce, systems.size() - at)));
    const auto now = context.clock.now();
    db::Tx tx(context.pool);
    const auto diff = diff_of(store::load_applicability(tx, chunk), all, chunk);
    for (std::size_t i = 0; i < diff.added.size(); i += kRowsAtOnce) store::add_applicability(tx, slice_of(diff.added, i), now);
    for (std::size_t i = 0; i < diff.removed.size(); i += kRowsAtOnce) store::remove_applicability(tx, slice_of(diff.removed, i));
    store::mark_errata_synced(tx, chunk, now);
    tx.commit();
    for (const auto& row : diff.added) changed.insert({row.advisory});
    for (const auto& row : diff.removed) removed.insert({row.advisory});
  }
}

// Errata that every system calls retracted are as good as unknown to UYUNI; the others get their rows, and the systems theirs.
void store_overviews(const SyncContext& context, const Applicable& all, SyncReport& report, std::set<AdvisoryName>& changed) {
  std::vector<Told> told;
  std::vector<AdvisoryName> retracted;
  for (const auto& [name, overview] : all.errata) {
    if (overview.is_retracted) {
      retracted.push_back(name);
    } else {
      told.push_back(overview_told(name, overview));
    }
  }
  const auto written = write_told(context.pool, told, context.clock.now());
  report.inserted += written.inserted;
  report.updated += written.updated;
  report.skipped += written.skipped;
  changed.insert(written.changed.begin(), written.changed.end());
  std::set<AdvisoryName> removed;
  store_applicability(context, all, changed, removed);
  db::Tx tx(context.pool);
  report.withdrawn += store::retract(tx, retracted, context.clock.now());
  // A retracted erratum also loses its systems: it counts once.
  std::set<AdvisoryName> lost = removed;
  for (const auto& name : retracted) lost.erase(name);
  report.withdrawn += store::no_longer_applicable(tx, {lost.begin(), lost.end()});
  tx.commit();
  changed.insert(removed.begin(), removed.end());
}

Result<void> read_details(const SyncContext& context, const Applicable& all, SyncReport& report, std::set<AdvisoryName>& changed,
                          const std::stop_token& stop) {
  std::vector<AdvisoryName> names;
  std::vector<std::string> dates;
  for (const auto& [name, overview] : all.errata) {
    if (overview.is_retracted) continue;
    names.push_back(name);
    dates.push_back(overview.erratum.update_date);
  }
  std::vector<AdvisoryName> needed;
  {
    db::Tx tx(context.pool);
    needed = store::needing_details(tx, names, dates);
    tx.commit();
  }
  const auto look_up = [&](const AdvisoryName& name) -> Result<Told> {
    auto advisory = context.upstreams.inventory->advisory(name);
    if (!advisory) return tl::unexpected(advisory.error());
    auto told = overview_told(name, all.errata.at(name));
    told.advisory = std::move(*advisory);
    told.advisory.name = name;
    told.uyuni_update_date = all.errata.at(name).erratum.update_date;
    return told;
  };
  const auto looked_up = look_up_all(context.pool, context.clock, needed, context.settings.uyuni_concurrency, look_up, stop);
  if (!looked_up) return tl::unexpected(looked_up.error());
  report.skipped += static_cast<std::int64_t>(looked_up->failed.size());
  // An erratum that is new or whose overview changed was counted already.
  report.updated +=
      std::count_if(looked_up->changed.begin(), looked_up->changed.end(), [&](const auto& name) { return !changed.contains(name); });
  changed.insert(looked_up->changed.begin(), looked_up->changed.end());
  if (stop.stop_requested()) return tl::unexpected(stopped());
  return {};
}

Result<void> sync_all(const SyncContext& context, SyncReport& report, const std::stop_token& stop) {
  const auto systems = sync_systems(context);
  if (!systems) return tl::unexpected(systems.error());
  const auto all = ask_all(context, *systems, report, stop);
  if (!all) return tl::unexpected(all.error());
  std::set<AdvisoryName> changed;
  store_overviews(context, *all, report, changed);
  const auto details = read_details(context, *all, report, changed, stop);
  draw_consequences(context, std::move(changed));
  return details;
}

}  // namespace

Result<SyncReport> sync_uyuni(const SyncContext& context, std::stop_token stop, const std::string& requested_by) {
  return run_recorded(context.pool, context.clock, Source::Uyuni, requested_by,
                      [&](SyncReport& report) { return sync_all(context, report, stop); });
}

}  // namespace spm::catalogue
