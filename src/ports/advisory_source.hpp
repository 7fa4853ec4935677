#pragma once
// Where errata come from: an inventory that knows which system misses what (UYUNI), and a catalogue of what exists (SPM-SYNC 2.x).
// Everything returned was validated at the border: names fit their grammar, lengths are bounded, numbers are in range.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace spm::ports {

enum class Severity { Unknown, Low, Medium, High, Critical };  // in rising order
enum class SeveritySource { None, TypeDefault, Vendor };       // in rising order of confidence (spm-sync, severity mapping)
enum class AdvisoryType { Security, BugFix, Enhancement, Unknown };

struct Package {
  std::string name;
  std::string evr;                         // epoch:version-release as dpkg or rpm compare it; epoch left out when 0 or absent
  std::string arch;                        // may be empty (SPM-SYNC)
  std::optional<std::int64_t> size_bytes;  // unknown for SPM-SYNC
  auto operator<=>(const Package&) const = default;
};

struct Advisory {
  AdvisoryName name;
  std::string synopsis;
  std::string description;
  AdvisoryType type = AdvisoryType::Unknown;
  Severity severity = Severity::Unknown;
  SeveritySource severity_source = SeveritySource::None;
  std::string source;        // "usn", "dsa", "rhsa", "alsa", "uyuni", …
  std::string distribution;  // "ubuntu-24.04", "almalinux-9"; empty when unknown
  std::optional<Time> issued_at;
  std::optional<Time> updated_at;
  bool reboot_suggested = false;
  bool restart_suggested = false;
  std::set<std::string> cves;
  std::optional<std::vector<Package>> packages;  // nullopt: not asked for or not known; never "none"
};

struct ManagedSystem {
  SystemId id;
  std::string name;
  std::string minion_id;   // empty: not a Salt minion
  std::string ip;          // empty when unknown
  std::string target_os;   // ubuntu | debian | rhel | suse; empty when it could not be told
  std::string os_release;  // "ubuntu-24.04", "almalinux-9"; empty when unknown
  std::vector<std::string> groups;
  std::optional<Time> last_checkin;
  std::optional<std::int64_t> org_id = std::nullopt;  // nullopt: the account may not ask
  std::optional<bool> reboot_pending = std::nullopt;  // as the source believes, which may lag; nullopt: it did not say
};

struct Organisation {
  std::int64_t id = 0;
  std::string name;
};

struct SystemGroup {
  std::string name;
  std::string description;
  std::int64_t org_id = 0;
  std::int64_t system_count = 0;
};

struct ApplicableErratum {
  AdvisoryName name;
  UyuniErratumId id;
  std::string synopsis;
  AdvisoryType type = AdvisoryType::Unknown;
  std::string update_date;  // as UYUNI says it: only compared for change
  bool reboot_suggested = false;
  bool retracted = false;
};

class Inventory {
 public:
  virtual ~Inventory() = default;
  [[nodiscard]] virtual Result<std::vector<SystemGroup>> groups() = 0;
  // Those that the account sees: all of them for a product administrator, its own one for others; empty when it may not even ask that.
  [[nodiscard]] virtual Result<std::vector<Organisation>> organisations() = 0;
  // All systems the account sees. An empty list from a server that had systems before is for the caller to distrust.
  [[nodiscard]] virtual Result<std::vector<ManagedSystem>> systems() = 0;
  // For each system what it misses. A system that the answer left out is absent from the map, which is not "nothing applicable".
  [[nodiscard]] virtual Result<std::map<SystemId, std::vector<ApplicableErratum>>> applicable(const std::vector<SystemId>& systems) = 0;
  // Severity, CVEs, packages with sizes, keywords: several calls for each erratum, so cached by name and update date.
  [[nodiscard]] virtual Result<Advisory> advisory(const AdvisoryName& name) = 0;
};

class AdvisoryCatalogue {
 public:
  virtual ~AdvisoryCatalogue() = default;
  // The whole catalogue; nullopt for a generation 3.x server, which has none.
  [[nodiscard]] virtual Result<std::optional<std::vector<Advisory>>> advisories() = 0;
  [[nodiscard]] virtual Result<std::vector<Package>> packages(const AdvisoryName& name) = 0;
};

}  // namespace spm::ports
