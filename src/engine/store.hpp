#pragma once
// The rows of test runs: one function a statement of engine.sql, in the caller's transaction. Writes to a run that is under way throw
// LostLease when its fencing number is no longer the row's.

#include <optional>
#include <string>
#include <vector>

#include "db/db.hpp"
#include "engine/lease.hpp"
#include "engine/operations.hpp"
#include "engine/run.hpp"

namespace spm::engine::store {

struct Claim {
  TestId run;
  std::int64_t fence = 0;
};

enum class TakeOver { Allowed, No };  // of runs whose lease ran out
[[nodiscard]] std::optional<Claim> claim_due(db::Tx& tx, const std::string& owner, Time lease_until, TakeOver take_over, Time now);
[[nodiscard]] Run claimed_run(db::Tx& tx, const Claim& claim);
[[nodiscard]] std::optional<Time> next_due(db::Tx& tx);
[[nodiscard]] bool renew_lease(db::Tx& tx, const Lease& lease, Time until);
// What a person asked for meanwhile; it is not asked for any more while the transaction lasts.
struct AbortRequest {
  std::string reason;
  bool skips_rollback = false;
};
std::optional<AbortRequest> hold_run(db::Tx& tx, const Lease& lease);

void release_run(db::Tx& tx, const Lease& lease, Time due_at, const std::string& waiting_for, const json::object& facts);
void enter_phase(db::Tx& tx, const Lease& lease, Phase phase, int attempt, Time now, const json::object& facts);
struct Decision {
  std::optional<Verdict> verdict;  // nullopt: aborted
  std::optional<Phase> phase;
  std::optional<queue::FailureClass> kind;
  std::optional<std::string> reason;
};
// Only the first decision of a run is kept.
void decide(db::Tx& tx, const Lease& lease, const Decision& decision);
void set_rollback_status(db::Tx& tx, const Lease& lease, std::string_view status);
void finish_run(db::Tx& tx, const Lease& lease, std::string_view status, Time now, const json::object& facts);
void open_phase(db::Tx& tx, TestId run, Phase phase, int attempt, Time now, Time deadline);

struct PhaseEnd {
  std::string_view status;  // completed | failed | skipped
  std::string detail;
  json::object evidence;
};
void close_phase(db::Tx& tx, const Run& run, const PhaseEnd& end, Time now);

[[nodiscard]] std::optional<Operation> intend_operation(db::Tx& tx, const Run& run, const Effect& effect, const std::string& token,
                                                        Time now);
[[nodiscard]] std::optional<Operation> find_operation(db::Tx& tx, const Run& run, std::string_view name);
[[nodiscard]] std::optional<Operation> latest_operation(db::Tx& tx, TestId run, Phase phase, std::string_view name);
[[nodiscard]] bool is_known_action(db::Tx& tx, OperationKind kind, const std::string& upstream_id, std::int64_t except);
void act_again(db::Tx& tx, std::int64_t operation, Time now);
void start_operation(db::Tx& tx, std::int64_t operation, const std::string& upstream_id, Time now);
void close_operation(db::Tx& tx, std::int64_t operation, OperationState state, const json::object& result, Time now);

struct PhaseRecord {
  Phase phase = Phase::PreCheck;
  int attempt = 1;
  std::string status;
  Time started_at;
  std::optional<Time> completed_at;
  std::string detail;
};
[[nodiscard]] std::vector<PhaseRecord> phases_of(db::Tx& tx, TestId run);
[[nodiscard]] std::optional<json::object> phase_evidence(db::Tx& tx, TestId run, Phase phase);

struct NewRun {
  QueueId item;
  AdvisoryName erratum;
  SystemId system;
  std::string target_os;
  Time deadline;
  RunConfig config;
  Subject subject;
  std::string started_by;
};
[[nodiscard]] TestId insert_run(db::Tx& tx, const NewRun& run, Time now);

}  // namespace spm::engine::store
