// Queueing errata: which may be, with which score, and what they supersede.

#include <fmt/format.h>

#include <set>

#include "audit/audit.hpp"
#include "queue/queue_sql.hpp"
#include "queue/store.hpp"
#include "queue/supersede.hpp"

namespace spm::queue {
namespace {

constexpr std::string_view kLearnPackages = "run a sync (POST /api/v1/sync/trigger) and, when it has ended, add the erratum again";

Result<bool> require_known_os(db::Tx& tx, const std::string& target_os) {
  if (is_known_os(target_os) || tx.execute(sql::has_test_system, {target_os})[0].boolean("found")) return true;
  return fail(ErrorCode::ValidationError,
              fmt::format("unknown target_os \"{}\": it is neither ubuntu, debian, rhel nor suse, and no test system runs it", target_os),
              {{"fields", json::object{{"target_os", "must be ubuntu, debian, rhel, suse or the OS of a test system"}}}});
}

std::optional<std::string> reason_against(const store::Candidate& candidate, const std::string& target_os) {
  if (!candidate.is_known) return "unknown erratum";
  if (candidate.is_withdrawn) return "withdrawn: no source knows it any more";
  if (candidate.target_os && *candidate.target_os != target_os) {
    return fmt::format("it is for {}, not for {}; add it with target_os {}", *candidate.target_os, target_os, *candidate.target_os);
  }
  if (!candidate.target_os && !candidate.is_applicable) {
    return fmt::format("the OS of the erratum is not known, and no {} system misses it", target_os);
  }
  return std::nullopt;
}

// Failed and rejected items are asked for again on the item itself, where their history is.
std::optional<std::string> reason_against_open(const store::Candidate& candidate) {
  if (candidate.open_status != Status::Failed && candidate.open_status != Status::Rejected) return std::nullopt;
  return fmt::format("queue item {} of it is {}; to test it again, PATCH /api/v1/queue/{} with status queued", candidate.open_id->value,
                     to_string(*candidate.open_status), candidate.open_id->value);
}

// Scores what has no profile yet; answers why an erratum could not be scored.
std::map<AdvisoryName, std::string> score_missing(db::Tx& tx, const std::vector<store::Candidate>& candidates,
                                                  const scoring::Weights& defaults, Time now) {
  std::vector<AdvisoryName> missing;
  for (const store::Candidate& candidate : candidates) {
    if (candidate.is_known && candidate.has_packages && !candidate.has_profile) missing.push_back(candidate.name);
  }
  std::map<AdvisoryName, std::string> errors;
  if (missing.empty()) return errors;
  for (const scoring::NotScored& error : scoring::recalculate(tx, missing, scoring::Force::No, defaults, now).errors) {
    errors[error.erratum] = error.message;
  }
  return errors;
}

// One add: what it was asked for, and what has been found out about each erratum.
class Adding {
 public:
  Adding(db::Tx& tx, const AddOrder& order, const Acting& acting) : tx_(tx), order_(order), acting_(acting) {}

  void consider(const store::Candidate& candidate, const std::map<store::ErratumOnOs, store::Covering>& covering,
                const std::map<AdvisoryName, std::string>& not_scored) {
    if (const auto reason = reason_against(candidate, order_.target_os)) return skip(candidate.name, *reason);
    if (const auto reason = reason_against_open(candidate)) return skip(candidate.name, *reason);
    if (candidate.open_id) return report_.already_queued.push_back(candidate.name);
    if (const auto newer = covering.find({candidate.name, order_.target_os}); newer != covering.end()) {
      return skip(candidate.name, fmt::format("superseded by {}; {}", newer->second.by.value,
                                              newer->second.is_open ? "that one is in the queue" : "add that one instead"));
    }
    if (!candidate.has_packages)
      return skip(candidate.name, fmt::format("its packages are not known, so it has no score; {}", kLearnPackages));
    if (const auto error = not_scored.find(candidate.name); error != not_scored.end()) {
      return skip(candidate.name, "it could not be scored: " + error->second);
    }
    insert(candidate.name);
  }

  AddReport finish() {
    if (report_.added.empty()) return std::move(report_);
    std::set<AdvisoryName> added;
    std::vector<std::int64_t> ids;
    for (const AddedItem& item : report_.added) {
      added.insert(item.erratum);
      ids.push_back(item.id.value);
    }
    report_.superseded = supersede_waiting(tx_, OnlyBy{added, order_.target_os}, acting_);
    const auto places = store::positions(tx_, {order_.target_os}, ids, std::nullopt, load_mode(tx_));
    for (AddedItem& item : report_.added) {
      if (const auto place = places.find(item.id); place != places.end()) item.position = place->second;
    }
    return std::move(report_);
  }

 private:
  void skip(const AdvisoryName& erratum, std::string reason) { report_.skipped.push_back({erratum, std::move(reason)}); }

  void insert(const AdvisoryName& erratum) {
    const db::Rows rows =
        tx_.execute(sql::insert_item, {erratum, order_.target_os, order_.priority_override, order_.notes, acting_.actor, acting_.now});
    if (rows.empty()) return report_.already_queued.push_back(erratum);
    const QueueId id{rows[0].integer("id")};
    audit::record(tx_,
                  {.actor = acting_.actor,
                   .from_address = acting_.from_address,
                   .action = "queue.add",
                   .subject_type = "queue_item",
                   .subject_id = std::to_string(id.value),
                   .before = nullptr,
                   .after = json::object{{"status", "queued"},
                                         {"queue_id", id.value},
                                         {"errata_id", erratum.value},
                                         {"target_os", order_.target_os},
                                         {"priority_override", order_.priority_override}},
                   .reason = order_.notes,
                   .at = acting_.now},
                  {.topic = "queue", .type = "queue.added", .queue_id = id});
    report_.added.push_back({id, erratum, std::nullopt});
  }

  db::Tx& tx_;
  const AddOrder& order_;
  const Acting& acting_;
  AddReport report_;
};

}  // namespace

Result<AddReport> add(db::Tx& tx, const AddOrder& order, const scoring::Weights& defaults, const Acting& acting) {
  if (const Result<bool> known = require_known_os(tx, order.target_os); !known) return tl::unexpected(known.error());
  tx.execute(sql::serialise_adds);
  const std::vector<store::Candidate> candidates = store::candidates(tx, order.errata, order.target_os);
  std::vector<store::ErratumOnOs> on_os;
  for (const AdvisoryName& erratum : order.errata) on_os.push_back({erratum, order.target_os});
  const auto covering = store::covering_of(tx, on_os);
  const auto not_scored = score_missing(tx, candidates, defaults, acting.now);
  Adding adding(tx, order, acting);
  for (const store::Candidate& candidate : candidates) adding.consider(candidate, covering, not_scored);
  return adding.finish();
}

}  // namespace spm::queue
