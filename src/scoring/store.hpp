#pragma once
// The rows of scoring: one function a statement, in the caller's transaction. Inside scoring/ only.

#include <map>
#include <vector>

#include "scoring/scoring.hpp"

namespace spm::scoring::store {

[[nodiscard]] Profile profile_of(const db::Row& row);

// Everything that a profile is computed from.
struct Inputs {
  AdvisoryName erratum;
  ports::Severity severity = ports::Severity::Unknown;
  bool has_packages = false;
  std::int64_t package_count = 0;
  ScoreInput score;
  std::vector<CveRisk> cves;
  Context context;                         // the worst among the systems that miss it; the default when none does
  std::optional<std::string> stored_hash;  // of the profile there is
  std::optional<int> stored_score;         // likewise
};
[[nodiscard]] std::vector<Inputs> load_inputs(db::Tx& tx, const std::vector<AdvisoryName>& names);

struct Scored {
  const Inputs& inputs;
  Breakdown breakdown;
  bool affects_kernel = false;
  bool requires_reboot = false;
  bool modifies_config = false;
  Urgency urgency;
  std::string hash;
};
[[nodiscard]] json::object to_row(const Scored& scored);
void store_profiles(db::Tx& tx, const json::array& rows, Time now);
[[nodiscard]] std::vector<AdvisoryName> scorable(db::Tx& tx);
// What is known of these CVEs; ids of which nothing is known are there too.
[[nodiscard]] std::map<std::string, CveRisk> cve_figures(db::Tx& tx, const std::vector<std::string>& ids);
// The same for people. `kev` is null when no list of those was ever imported.
[[nodiscard]] json::array cves_json(db::Tx& tx, const std::vector<std::string>& ids);

}  // namespace spm::scoring::store
