#pragma once
// The rows of the catalogue: one function a statement, in the caller's transaction. Inside catalogue/ only.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalogue/types.hpp"
#include "db/db.hpp"

namespace spm::catalogue::store {

[[nodiscard]] std::vector<std::string> texts_of(const std::vector<AdvisoryName>& names);
[[nodiscard]] Erratum erratum_of(const db::Row& row);
[[nodiscard]] System system_of(const db::Row& row);
[[nodiscard]] std::vector<ports::Package> packages_of(const json::value& packages);
[[nodiscard]] json::array packages_json(const std::vector<ports::Package>& packages);

void lock_errata_writes(db::Tx& tx);
[[nodiscard]] std::map<AdvisoryName, Erratum> find_errata(db::Tx& tx, const std::vector<AdvisoryName>& names);
void upsert_errata(db::Tx& tx, const std::vector<Erratum>& errata);
[[nodiscard]] std::set<AdvisoryName> names_in_spm_sync(db::Tx& tx);
std::int64_t leave_spm_sync(db::Tx& tx, const std::vector<AdvisoryName>& names, Time now);
std::int64_t retract(db::Tx& tx, const std::vector<AdvisoryName>& names, Time now);
[[nodiscard]] std::vector<AdvisoryName> needing_details(db::Tx& tx, const std::vector<AdvisoryName>& names,
                                                        const std::vector<std::string>& update_dates);
// Those of the names whose packages are known.
[[nodiscard]] std::vector<AdvisoryName> with_packages(db::Tx& tx, const std::vector<AdvisoryName>& names);
[[nodiscard]] std::vector<AdvisoryName> applicable_without_packages(db::Tx& tx, std::int64_t limit);

[[nodiscard]] std::int64_t count_present_systems(db::Tx& tx);
[[nodiscard]] std::int64_t count_groups(db::Tx& tx);
void replace_groups(db::Tx& tx, const std::vector<ports::SystemGroup>& groups, Time now);

void replace_organisations(db::Tx& tx, const std::vector<ports::Organisation>& organisations, Time now);

struct RatedSystem {
  ports::ManagedSystem system;
  Role role = Role::Production;
};
void upsert_systems(db::Tx& tx, const std::vector<RatedSystem>& systems, Time now);
// The names of those that were not seen this time.
std::vector<std::string> mark_gone(db::Tx& tx, const std::vector<std::int64_t>& present, Time now);

struct Applicability {
  std::int64_t system = 0;
  std::string advisory;
  std::int64_t uyuni_id = 0;
};
[[nodiscard]] std::vector<Applicability> load_applicability(db::Tx& tx, const std::vector<std::int64_t>& systems);
// Errata that the catalogue does not hold are passed over.
void add_applicability(db::Tx& tx, const std::vector<Applicability>& rows, Time now);
void remove_applicability(db::Tx& tx, const std::vector<Applicability>& rows);
void mark_errata_synced(db::Tx& tx, const std::vector<std::int64_t>& systems, Time now);
// How many of the errata no present system misses any more.
[[nodiscard]] std::int64_t no_longer_applicable(db::Tx& tx, const std::vector<AdvisoryName>& names);

}  // namespace spm::catalogue::store
