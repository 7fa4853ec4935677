#include "queue/sync.hpp"

#include <map>
#include <stdexcept>

#include "queue/queue_sql.hpp"

namespace spm::queue {

SyncReport queue_missing(db::Tx& tx, const SyncOrder& order, const scoring::Weights& defaults, const Acting& acting) {
  tx.execute(sql::serialise_adds);
  std::map<std::string, std::vector<AdvisoryName>> missing;
  SyncReport report;
  for (const db::Row row :
       tx.execute(sql::new_for_test_systems, {order.severities, order.target_oses, order.exclude_already_tested, order.scope})) {
    missing[row.text("target_os")].push_back(AdvisoryName{row.text("advisory_name")});
    ++report.found;
  }
  for (auto& [target_os, errata] : missing) {
    const AddOrder add_order{.errata = std::move(errata), .target_os = target_os, .priority_override = 0, .notes = ""};
    const Result<AddReport> added = add(tx, add_order, defaults, acting);
    if (!added) throw std::logic_error("the OS of a test system is unknown: " + added.error().message);
    for (const AddedItem& item : added->added) report.queued.push_back({item, target_os});
  }
  report.skipped = report.found - static_cast<std::int64_t>(report.queued.size());
  return report;
}

}  // namespace spm::queue
