#pragma once
// What the catalogue knows, as values: an erratum, a managed system, the outcome of a sync.

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "ports/advisory_source.hpp"

namespace spm::catalogue {

// One row of errata_cache: what both sources together say of an erratum.
struct Erratum {
  AdvisoryName name;
  std::string synopsis;
  std::string description;
  ports::AdvisoryType type = ports::AdvisoryType::Unknown;
  ports::Severity severity = ports::Severity::Unknown;
  ports::SeveritySource severity_source = ports::SeveritySource::None;
  std::string source;
  std::string distribution;              // releases, comma-separated when there are several: "ubuntu-22.04,ubuntu-24.04"
  std::optional<std::string> target_os;  // nullopt: it could not be told
  std::optional<Time> issued_at;
  std::optional<Time> updated_at;
  bool reboot_suggested = false;
  bool restart_suggested = false;
  std::vector<std::string> cves;                        // sorted
  std::optional<std::vector<ports::Package>> packages;  // nullopt: not known, which is not "none"
  std::optional<std::int64_t> total_size_kb;            // nullopt unless the size of every package is known
  std::optional<int> dependency_count;                  // nullopt until a test saw what else changes with it
  std::optional<AdvisoryName> superseded_by;
  bool in_uyuni = false;
  bool in_spm_sync = false;
  std::optional<std::string> uyuni_update_date;  // as UYUNI wrote it when the details were read; nullopt: not read yet
  Time first_seen_at;
  Time changed_at;
  std::optional<Time> withdrawn_at;  // no source knows it any more
  bool operator==(const Erratum&) const = default;
};

enum class Role { Test, Production };

// One row of systems.
struct System {
  SystemId id;
  std::string name;
  std::string minion_id;
  std::string ip;
  std::optional<std::string> target_os;
  std::string os_release;
  std::vector<std::string> groups;
  Role role = Role::Production;
  std::optional<Time> quarantined_at;
  std::optional<std::string> quarantine_reason;
  std::optional<Time> last_checkin_at;    // with UYUNI
  std::optional<Time> unreachable_at;     // a test could not reach it then, and none has since
  std::optional<Time> unreachable_until;  // set with it: not worth another try before
};

// A system that misses an erratum, with the id under which UYUNI schedules it there.
struct ApplicableSystem {
  System system;
  UyuniErratumId uyuni_id;
};

enum class Source { Uyuni, SpmSync };
[[nodiscard]] std::string_view to_string(Source source);  // "uyuni", "spm_sync": as in sync_runs and in the API
[[nodiscard]] std::optional<Source> parse_source(std::string_view text);

// What a sync did. For UYUNI `withdrawn` counts errata that were retracted or that no system misses any more; for SPM-SYNC errata that left
// its catalogue. `skipped` errata could not be read or stored; each has a log line, and the next sync tries them again.
struct SyncReport {
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t withdrawn = 0;
  std::int64_t skipped = 0;
};

}  // namespace spm::catalogue
