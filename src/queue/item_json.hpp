#pragma once
// What the queue's endpoints answer, as JSON, and the cursor of its list. Pure; used inside this slice only.

#include <map>
#include <optional>
#include <vector>

#include "http/page.hpp"
#include "queue/store.hpp"
#include "queue/sync.hpp"

namespace spm::queue {

[[nodiscard]] json::object to_json(const store::Entry& entry);
[[nodiscard]] json::array to_json(const std::vector<store::Target>& targets);
[[nodiscard]] json::object to_json(const AddReport& report);
// Without `changed` the items were not really queued, so they have no id.
[[nodiscard]] json::object to_json(const SyncReport& report, bool changed);
[[nodiscard]] json::object list_json(const std::vector<store::Entry>& entries, const std::map<Status, std::int64_t>& counted,
                                     std::optional<Status> wanted, const http::Page& page, Mode mode);
[[nodiscard]] json::object stats_json(const std::vector<store::Count>& counts, const store::Times& times);
[[nodiscard]] json::array askable_from(Status status);

// The cursor holds the mode and the whole place, so that it stays good when its item leaves the queue, and is refused in another order.
[[nodiscard]] json::array cursor_keys(const OrderKey& place, Mode mode);
[[nodiscard]] std::optional<OrderKey> place_from(const json::array& keys, Mode mode);

}  // namespace spm::queue
