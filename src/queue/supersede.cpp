#include "queue/supersede.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

#include "log/log.hpp"
#include "queue/queue_sql.hpp"
#include "queue/store.hpp"

namespace spm::queue {
namespace {

constexpr std::string_view kScheduler = "scheduler";

struct Waiting {
  QueueId id;
  store::ErratumOnOs erratum;
  Status status;
};

std::vector<Waiting> lock_waiting(db::Tx& tx) {
  std::vector<Waiting> all;
  for (const db::Row row : tx.execute(sql::lock_waiting_covered)) {
    all.push_back(
        {QueueId{row.integer("id")}, {AdvisoryName{row.text("advisory_name")}, row.text("target_os")}, *parse_status(row.text("status"))});
  }
  return all;
}

}  // namespace

std::vector<SupersededItem> supersede_waiting(db::Tx& tx, const std::optional<OnlyBy>& only, const Acting& acting) {
  const std::vector<Waiting> waiting = lock_waiting(tx);
  std::vector<store::ErratumOnOs> errata;
  for (const Waiting& item : waiting) errata.push_back(item.erratum);
  const auto covering = store::covering_of(tx, errata);
  std::vector<SupersededItem> moved;
  for (const Waiting& item : waiting) {
    const auto newer = covering.find(item.erratum);
    if (newer == covering.end()) continue;
    const AdvisoryName& by = newer->second.by;
    if (only && (item.erratum.target_os != only->target_os || !only->errata.contains(by))) continue;
    Change change{.item = item.id,
                  .from = item.status,
                  .to = Status::Superseded,
                  .actor = acting.actor,
                  .from_address = acting.from_address,
                  .reason = fmt::format("{} covers it", by.value),
                  .at = acting.now};
    change.superseded_by = by;
    const Result<Status> done = advance(tx, change);
    if (!done) throw std::logic_error("a locked item changed under the lock: " + done.error().message);
    moved.push_back({item.id, item.erratum.erratum, by});
  }
  return moved;
}

std::vector<SupersededItem> supersede_covered(db::Tx& tx, Time now) {
  tx.execute(sql::serialise_adds);
  return supersede_waiting(tx, std::nullopt, {.actor = std::string(kScheduler), .from_address = "", .now = now});
}

AddReport queue_newer_of_failed(db::Tx& tx, const scoring::Weights& defaults, Time now) {
  tx.execute(sql::serialise_adds);
  std::vector<store::ErratumOnOs> failed;
  for (const db::Row row : tx.execute(sql::failed_covered))
    failed.push_back({AdvisoryName{row.text("advisory_name")}, row.text("target_os")});
  std::map<store::ErratumOnOs, std::vector<std::string>> wanted;  // the newer one, and whose place it takes
  for (const auto& [older, newer] : store::covering_of(tx, failed)) {
    if (!newer.is_open) wanted[{newer.by, older.target_os}].push_back(older.erratum.value);
  }
  AddReport all;
  for (const auto& [newer, older] : wanted) {
    if (!tx.execute(sql::any_item, {newer.erratum, newer.target_os}).empty()) continue;  // it was queued before: once is enough
    const AddOrder order{.errata = {newer.erratum},
                         .target_os = newer.target_os,
                         .priority_override = 0,
                         .notes = fmt::format("newer version of {}, whose test failed", fmt::join(older, ", "))};
    Result<AddReport> report = add(tx, order, defaults, {.actor = std::string(kScheduler), .from_address = "", .now = now});
    if (!report) {
      log::warning("queue", "the newer version of a failed erratum could not be queued",
                   {{"errata_id", newer.erratum}, {"error", report.error().message}});
      continue;
    }
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(all.added, report->added);
    append(all.already_queued, report->already_queued);
    append(all.skipped, report->skipped);
    append(all.superseded, report->superseded);
  }
  return all;
}

}  // namespace spm::queue
