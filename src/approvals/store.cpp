#include "approvals/store.hpp"

#include "approvals/approvals_sql.hpp"
#include "approvals/rules.hpp"

namespace spm::approvals::store {
namespace {

Pending read_pending(const db::Row& row) {
  Pending one;
  one.item = QueueId{row.integer("id")};
  one.erratum = AdvisoryName{row.text("advisory_name")};
  one.synopsis = row.text("synopsis");
  one.severity = row.text("severity");
  one.success_score = row.integer("success_score");
  one.urgency_score = row.real("urgency_score");
  one.target_os = row.text("target_os");
  one.pending_since = row.time("pending_since");
  one.cves = row.texts("cves");
  one.package_names = row.texts("package_names");
  one.applicable_since = row.time_or_null("applicable_since");
  one.affects_kernel = row.boolean("affects_kernel");
  one.known_exploited = row.boolean("known_exploited");
  const json::value given = row.json_value("approvals_given");
  for (const json::value& approval : given.as_array())
    one.approvers.push_back({std::string(approval.at("name").as_string()), parse_time(approval.at("at").as_string()).value()});
  one.weight = row.real("weight");
  return one;
}

}  // namespace

std::vector<Pending> pending(db::Tx& tx, const Query& query) {
  const db::Param after_id = query.after ? db::Param(query.after->id) : db::Param(std::nullopt);
  const db::Param after_weight = query.after ? db::Param(query.after->weight) : db::Param(std::nullopt);
  std::vector<Pending> all;
  for (const db::Row row : tx.execute(sql::pending, {query.severity, query.target_os, query.sort, query.limit, query.offset, after_id,
                                                     after_weight, query.scope, query.text})) {
    all.push_back(read_pending(row));
  }
  return all;
}

std::map<std::string, std::int64_t> pending_by_severity(db::Tx& tx, const Query& query) {
  std::map<std::string, std::int64_t> counted;
  for (const db::Row row : tx.execute(sql::pending_by_severity, {query.target_os, query.scope, query.text}))
    counted[row.text("severity")] = row.integer("items");
  return counted;
}

std::vector<std::int64_t> pending_ids(db::Tx& tx, const Query& query) {
  std::vector<std::int64_t> ids;
  for (const db::Row row : tx.execute(sql::pending_ids, {query.severity, query.target_os, query.scope, query.text, query.limit}))
    ids.push_back(row.integer("id"));
  return ids;
}

bool sees(db::Tx& tx, QueueId item, const std::optional<json::object>& scope) {
  const db::Rows rows = tx.execute(sql::sees_item, {item, scope});
  return !rows.empty() && rows[0].boolean("sees");
}

std::optional<Pending> pending_one(db::Tx& tx, QueueId item) {
  const db::Rows rows = tx.execute(sql::pending_one, {item});
  if (rows.empty()) return std::nullopt;
  return read_pending(rows[0]);
}

std::vector<EarlierDecision> earlier_decisions(db::Tx& tx, const AdvisoryName& erratum) {
  std::vector<EarlierDecision> all;
  for (const db::Row row : tx.execute(sql::earlier_decisions, {erratum, family_pattern(erratum)})) {
    all.push_back({ApprovalId{row.integer("id")}, QueueId{row.integer("queue_id")}, AdvisoryName{row.text("advisory_name")},
                   row.text("action"), row.text("actor"), row.text("reason"), row.time("decided_at")});
  }
  return all;
}

}  // namespace spm::approvals::store
