#pragma once
// One function for a query of approvals.sql that only reads; used inside this slice only.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::approvals::store {

struct Approver {
  std::string name;
  Time approved_at;
};

// An item that has a passed test and waits for a decision.
struct Pending {
  QueueId item;
  AdvisoryName erratum;
  std::string synopsis;
  std::string severity;
  std::int64_t success_score = 0;
  double urgency_score = 0;
  std::string target_os;
  Time pending_since;
  std::vector<std::string> cves;
  std::vector<std::string> package_names;
  std::optional<Time> applicable_since;
  bool affects_kernel = true;
  bool known_exploited = false;
  std::vector<Approver> approvers;  // who approved already, while another one has to
  double weight = 0;                // its place in the order that was asked for, smaller first; the older item among equals
};

struct Place {
  double weight = 0;
  std::int64_t id = 0;
};

struct Query {
  std::optional<std::string> severity;
  std::optional<std::string> target_os;
  std::optional<std::string> text;         // in the name or the synopsis
  std::string sort;                        // pending_since | severity | score | urgency
  std::optional<json::object> scope = {};  // of access::filter_of
  std::int64_t limit = 50;
  std::int64_t offset = 0;
  std::optional<Place> after;
};

[[nodiscard]] std::vector<Pending> pending(db::Tx& tx, const Query& query);
// Of all severities, whichever the query asks for.
[[nodiscard]] std::map<std::string, std::int64_t> pending_by_severity(db::Tx& tx, const Query& query);
// All that the filters of the query choose, whatever its page; at most `limit`.
[[nodiscard]] std::vector<std::int64_t> pending_ids(db::Tx& tx, const Query& query);
// Whether a caller with this scope sees the item; false when there is none.
[[nodiscard]] bool sees(db::Tx& tx, QueueId item, const std::optional<json::object>& scope);
[[nodiscard]] std::optional<Pending> pending_one(db::Tx& tx, QueueId item);

struct EarlierDecision {
  ApprovalId id;
  QueueId item;
  AdvisoryName erratum;
  std::string action;
  std::string actor;
  std::string reason;
  Time decided_at;
};
[[nodiscard]] std::vector<EarlierDecision> earlier_decisions(db::Tx& tx, const AdvisoryName& erratum);

}  // namespace spm::approvals::store
