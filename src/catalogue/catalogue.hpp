#pragma once
// The catalogue: which errata exist, which systems there are, and which system misses what. Other slices read it through this header;
// only the syncs of catalogue/sync.hpp write it, but for the two records below that a test leaves behind.
//
// All functions work in the caller's transaction and touch PostgreSQL alone; one transaction belongs to one thread. A lost database
// throws db::DatabaseError.

#include <optional>
#include <string>
#include <vector>

#include "catalogue/rules.hpp"
#include "catalogue/types.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::catalogue {

[[nodiscard]] std::optional<Erratum> find(db::Tx& tx, const AdvisoryName& name);
// Those of the names that exist, by name.
[[nodiscard]] std::vector<Erratum> find_all(db::Tx& tx, const std::vector<AdvisoryName>& names);

[[nodiscard]] std::optional<System> find_system(db::Tx& tx, SystemId id);
// Test systems of the OS that are there, not in quarantine and without an open run, by id. Free when asked: the run's own row decides a
// race.
[[nodiscard]] std::vector<System> free_test_systems(db::Tx& tx, const std::string& target_os);
// The systems that miss the erratum according to the last sync, test and production; with a scope (of access::filter_of) those in it.
[[nodiscard]] std::vector<ApplicableSystem> applicable_systems(db::Tx& tx, const AdvisoryName& name,
                                                               const std::optional<json::object>& scope = {});

// How the last sync of each source ended, for health.
struct SourceState {
  Source source = Source::Uyuni;
  std::optional<Time> last_success;
  std::optional<std::string> last_error;  // of the last run that ended; nullopt: it succeeded, or there was none
};
[[nodiscard]] std::vector<SourceState> source_states(db::Tx& tx);

// What a test saw: so many further packages changed with the erratum's own.
void record_dependency_count(db::Tx& tx, const AdvisoryName& name, int count, Time now);
// No test runs on it until a person releases it. A system that is in quarantine already keeps its first reason.
void quarantine(db::Tx& tx, SystemId id, const std::string& reason, Time now);

// Every test system that is there, by OS and id; with a scope (access::filter_of) those in it.
[[nodiscard]] std::vector<System> test_systems(db::Tx& tx, const std::optional<json::object>& scope = std::nullopt);
// A test could not reach it; another try is not worth it before `until`.
void mark_unreachable(db::Tx& tx, SystemId id, Time now, Time until);
void mark_reachable(db::Tx& tx, SystemId id);

// `configured`: the sources that this installation has; a sync of another one is refused.
[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, std::vector<Source> configured);

// POST /webhook/new-errata, whose deliveries are signed with `secret`; without one it is "not configured".
[[nodiscard]] std::vector<http::Endpoint> webhook_endpoints(db::Pool& pool, const Clock& clock, std::vector<Source> configured,
                                                            std::string secret);

}  // namespace spm::catalogue
