#pragma once
// Queues by itself what test systems miss: POST /api/v1/queue/sync. Used inside this slice only.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "queue/queue.hpp"

namespace spm::queue {

struct SyncOrder {
  std::vector<std::string> severities;
  std::vector<std::string> target_oses;  // empty: all
  bool exclude_already_tested = true;
  std::optional<json::object> scope;  // of access::filter_of
};

struct SyncedItem {
  AddedItem item;
  std::string target_os;
};

struct SyncReport {
  std::int64_t found = 0;
  std::vector<SyncedItem> queued;
  std::int64_t skipped = 0;
};

// In the caller's transaction: one that is not committed shows what would be queued.
[[nodiscard]] SyncReport queue_missing(db::Tx& tx, const SyncOrder& order, const scoring::Weights& defaults, const Acting& acting);

}  // namespace spm::queue
