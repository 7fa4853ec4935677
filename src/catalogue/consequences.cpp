#include "catalogue/consequences.hpp"

#include "catalogue/store.hpp"
#include "catalogue/superseding_store.hpp"

namespace spm::catalogue {

void draw_consequences(const SyncContext& context, std::set<AdvisoryName> changed) {
  for (auto& name : recompute_superseding(context.pool, context.clock.now())) changed.insert(std::move(name));
  if (!context.on_changed || changed.empty()) return;
  db::Tx tx(context.pool);
  const auto scorable = store::with_packages(tx, {changed.begin(), changed.end()});
  tx.commit();
  if (!scorable.empty()) context.on_changed(scorable);
}

}  // namespace spm::catalogue
