#include "scheduler/claims.hpp"

#include "scheduler/scheduler_sql.hpp"

namespace spm::scheduler {

void register_job(db::Connection& connection, const std::string& name, std::chrono::milliseconds interval, Time now) {
  connection.execute(sql::register_job, {name, std::chrono::duration<double>(interval).count(), now});
}

std::optional<Claim> claim_due(db::Connection& connection, const std::vector<std::string>& names, const std::string& node, Time now,
                               std::chrono::milliseconds claim_for) {
  const Time until = now + claim_for;
  const auto rows = connection.execute(sql::claim_due, {names, node, now, until});
  if (rows.empty()) return std::nullopt;
  return Claim{rows[0].text("name"), rows[0].integer("claim"), until};
}

bool renew(db::Connection& connection, Claim& claim, Time until) {
  if (connection.execute(sql::renew, {claim.name, claim.number, until}).affected() == 0) return false;
  claim.until = until;
  return true;
}

bool finish(db::Connection& connection, const Claim& claim, Outcome outcome, const std::string& error, Time now) {
  const bool failed = outcome == Outcome::Failed;
  const std::optional<std::string> stored_error = failed ? std::optional(error) : std::nullopt;
  return connection.execute(sql::finish, {claim.name, claim.number, failed ? "failed" : "succeeded", stored_error, now}).affected() > 0;
}

bool give_back(db::Connection& connection, const Claim& claim, Time now) {
  return connection.execute(sql::give_back, {claim.name, claim.number, now}).affected() > 0;
}

}  // namespace spm::scheduler
