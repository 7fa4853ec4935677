// Tells people when no sync of a source has succeeded for too long: also when none runs any more, which no event tells.

#include <algorithm>

#include "catalogue/catalogue.hpp"
#include "catalogue/sync.hpp"
#include "notifications/notifications.hpp"

namespace spm::catalogue {

void tell_stale(db::Tx& tx, const std::vector<Source>& configured, Time now) {
  for (const auto& state : source_states(tx)) {
    const bool is_configured = std::find(configured.begin(), configured.end(), state.source) != configured.end();
    if (!is_configured || !state.last_success || now - *state.last_success <= kSyncIsStale) continue;
    notifications::raise(tx,
                         {.kind = notifications::Kind::SyncStale,
                          .subject = std::string(to_string(state.source)),
                          .reason = "the last synchronisation that succeeded ended " + format_time(*state.last_success)},
                         now);
  }
}

}  // namespace spm::catalogue
