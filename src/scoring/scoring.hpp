#pragma once
// Success Score and urgency of each erratum, stored with everything they were computed from. Called by the queue, the engine, the syncs
// (through catalogue's on_changed) and over the API.
//
// Functions that take a transaction work in it, one thread at a time; those that take the pool may be called from any thread and commit in
// parts. PostgreSQL alone is touched; a lost database throws db::DatabaseError.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "configuration/configuration.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "scheduler/scheduler.hpp"
#include "scoring/score.hpp"
#include "scoring/urgency.hpp"

namespace spm::scoring {

// One row of risk_profiles.
struct Profile {
  AdvisoryName erratum;
  int success_score = 0;
  bool affects_kernel = false;
  bool requires_reboot = false;
  bool modifies_config = false;
  std::int64_t dependency_count = 0;
  std::int64_t package_count = 0;
  std::optional<std::int64_t> total_size_kb;
  std::int64_t times_tested = 0;
  std::int64_t times_failed = 0;
  std::optional<Time> last_test_at;
  std::optional<std::string> last_test_result;  // passed, failed
  Breakdown breakdown;
  double urgency_score = 0;
  bool urgency_estimated = false;
  Time created_at;
  Time updated_at;
};

[[nodiscard]] std::optional<Profile> profile(db::Tx& tx, const AdvisoryName& name);
[[nodiscard]] json::object to_json(const Breakdown& breakdown);
// Whether a list of known-exploited CVEs was ever imported: without one nobody knows that a CVE is not exploited.
[[nodiscard]] bool exploits_known(db::Tx& tx);
// What the urgency of this erratum was made of: its CVEs, and the worst place among the systems that miss it.
[[nodiscard]] json::object urgency_reasons(db::Tx& tx, const AdvisoryName& name);

// What is in force now: the defaults, with what was set at run time over them.
[[nodiscard]] Weights load_weights(db::Tx& tx, const Weights& defaults);

enum class Force { No, Yes };  // Yes: also what was computed from the same inputs before

struct NotScored {
  AdvisoryName erratum;
  std::string message;  // for a person: why, and what to do
};

struct Recalculation {
  std::int64_t calculated = 0;  // for the first time
  std::int64_t updated = 0;
  std::int64_t skipped = 0;  // nothing they depend on had changed
  std::vector<NotScored> errors;
};

// Scores these errata. One whose packages are not known, or that does not exist, is an error and not a score of 100; the others go on.
Recalculation recalculate(db::Tx& tx, const std::vector<AdvisoryName>& names, Force force, const Weights& defaults, Time now);
Recalculation recalculate(db::Pool& pool, const std::vector<AdvisoryName>& names, Force force, const Weights& defaults, Time now);
// Every erratum that can be scored, that is, whose packages are known.
Recalculation recalculate_all(db::Pool& pool, Force force, const Weights& defaults, Time now);

// How many of the stored scores these weights would change. Writes nothing.
[[nodiscard]] configuration::ScoreEffect compare_scores(db::Pool& pool, const Weights& weights);

// One more test of the erratum, which ended in a verdict. The score follows with the next recalculation.
void record_test(db::Tx& tx, const AdvisoryName& name, bool passed, Time at);

// Follows changed weights, contexts of systems, test histories and imported CVE figures.
inline constexpr std::string_view kRescoreJob = "rescore";
[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, const Weights& defaults);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Weights& defaults);

}  // namespace spm::scoring
