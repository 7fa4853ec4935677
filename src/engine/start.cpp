#include "engine/start.hpp"

#include <fmt/format.h>

#include "engine/begin.hpp"
#include "engine/choice.hpp"
#include "engine/engine_sql.hpp"
#include "engine/run_defaults.hpp"

namespace spm::engine {

Result<Started> start(db::Tx& tx, const Settings& settings, const StartOrder& order, const queue::Acting& acting) {
  (void)tx.execute(sql::serialise_starts);
  const auto item = choose_item(tx, order, acting.now);
  if (!item) return tl::unexpected(item.error());
  const auto config = configure(run_defaults(tx, settings, item->target_os), order.test_config, item->target_os);
  if (!config) return tl::unexpected(config.error());
  const auto system = choose_system(tx, settings, order, *item, acting.now);
  if (!system) return tl::unexpected(system.error());

  (void)tx.execute(sql::forget_group, {item->id});  // of an earlier test on all systems
  const auto started = begin_run(tx, settings, *item, *system, *config, acting);
  const auto moved = queue::advance(tx, {.item = item->id,
                                         .from = queue::Status::Queued,
                                         .to = queue::Status::Testing,
                                         .actor = acting.actor,
                                         .from_address = acting.from_address,
                                         .reason = fmt::format("test {} on {}", started.test.value, system->name),
                                         .at = acting.now});
  if (!moved) return tl::unexpected(moved.error());
  return started;
}

}  // namespace spm::engine
