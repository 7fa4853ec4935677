#pragma once
// How two sources become one catalogue: pure rules over values, called by the sync.

#include <chrono>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/types.hpp"

namespace spm::catalogue {

[[nodiscard]] std::string_view to_string(ports::Severity severity);      // "Critical" … "Unknown"
[[nodiscard]] std::string_view to_string(ports::SeveritySource source);  // "none", "type_default", "vendor"
[[nodiscard]] std::string_view to_string(ports::AdvisoryType type);      // "security", "bugfix", "enhancement", "unknown"
[[nodiscard]] std::string_view to_string(Role role);                     // "test", "production"
[[nodiscard]] std::optional<ports::Severity> parse_severity(std::string_view text);
[[nodiscard]] std::optional<ports::SeveritySource> parse_severity_source(std::string_view text);
[[nodiscard]] std::optional<ports::AdvisoryType> parse_type(std::string_view text);

struct RatedSeverity {
  ports::Severity severity = ports::Severity::Unknown;
  ports::SeveritySource source = ports::SeveritySource::None;
  bool operator==(const RatedSeverity&) const = default;
};

// What an advisory type alone says (spm-sync, severity mapping): security → Medium, everything else → Low, unknown → Unknown.
[[nodiscard]] RatedSeverity default_severity(ports::AdvisoryType type);

// The higher confidence wins; with equal confidence the higher severity. Unknown carries no confidence, whoever says it.
[[nodiscard]] RatedSeverity merge_severity(RatedSeverity one, RatedSeverity other);

// Which OS an erratum is for: the OS of the systems that miss it when they agree, else its distribution, else its name's prefix (USN, DSA,
// RHSA, ALSA, …). nullopt when none tells.
[[nodiscard]] std::optional<std::string> target_os_of(const AdvisoryName& name, std::string_view distribution,
                                                      const std::set<std::string>& systems_os);

// Joins two distributions into the set of releases: "ubuntu" says less than "ubuntu-24.04" and yields to it; two releases stay both.
[[nodiscard]] std::string merge_distribution(std::string_view one, std::string_view other);

// How test systems are told from production.
struct TestSystemRule {
  std::string group_prefix = "test-";  // empty: groups do not make a test system
  std::set<std::int64_t> ids;
  std::set<std::string> names;
};
[[nodiscard]] Role role_of(const ports::ManagedSystem& system, const TestSystemRule& rule);

// What is known from a source counts as out of date when its last good sync is older.
inline constexpr std::chrono::hours kSyncIsStale{24};

// What is known of a system that does not answer.
struct Presence {
  std::optional<Time> last_checkin_at;
  std::optional<Time> unreachable_at;
  std::optional<Time> unreachable_until;
};
// Why a system counts as offline, for a person: the last test did not reach it and it has not checked in since, or its last check-in is
// older than a day. nullopt: nothing speaks against it, which is no proof.
[[nodiscard]] std::optional<std::string> offline_reason(const Presence& presence, Time now);
[[nodiscard]] std::optional<std::string> offline_reason(const System& system, Time now);

// Sum over the packages, rounded up to whole KB; nullopt when a size is missing.
[[nodiscard]] std::optional<std::int64_t> total_size_kb(std::span<const ports::Package> packages);

// What a source says of an erratum, in the terms of the catalogue.
struct Told {
  ports::Advisory advisory;
  Source source = Source::SpmSync;
  std::set<std::string> systems_os;              // of the systems that miss it; UYUNI only
  std::set<std::string> systems_releases;        // likewise
  std::optional<std::string> uyuni_update_date;  // set when `advisory` holds UYUNI's details, not just its overview
};

// The catalogue's row after `told`, given the row before it (nullptr: a new erratum). UYUNI's details win over SPM-SYNC's catalogue,
// severities are merged, CVEs joined, known packages never given up for unknown ones. Equal to *stored when nothing changed: then nothing
// is written.
[[nodiscard]] Erratum merge(const Erratum* stored, const Told& told, Time now);

}  // namespace spm::catalogue
