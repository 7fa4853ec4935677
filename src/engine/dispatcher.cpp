// What starts by itself: tests on all systems go on, then batches, then retries, as long as a free system can test the first of them.

#include <stop_token>

#include "engine/batch.hpp"
#include "engine/engine.hpp"
#include "engine/engine_sql.hpp"
#include "engine/group.hpp"
#include "engine/sweeper.hpp"
#include "log/log.hpp"

namespace spm::engine {
namespace {

std::vector<std::string> waiting_os(db::Pool& pool) {
  db::Tx tx(pool);
  std::vector<std::string> found;
  for (const auto row : tx.execute(sql::waiting_os)) found.push_back(row.text("target_os"));
  tx.commit();
  return found;
}

bool start_one(db::Pool& pool, const Clock& clock, const Settings& settings, const std::string& target_os) {
  db::Tx tx(pool);
  StartOrder order;
  order.target_os = target_os;
  order.which = queue::Which::AutostartOnly;
  order.offline = Offline::Never;
  const auto started = start(tx, settings, order, {"engine", {}, clock.now()});
  if (!started) {
    log::debug("engine", "no retry can start now", {{"target_os", target_os}, {"reason", started.error().message}});
    return false;
  }
  tx.commit();
  return true;
}

}  // namespace

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, const Settings& settings) {
  const auto start_retries = [&pool, &clock, settings](const std::stop_token& stop) {
    continue_groups(pool, clock, settings);
    continue_batches(pool, clock, settings);
    for (const auto& target_os : waiting_os(pool)) {
      while (!stop.stop_requested() && start_one(pool, clock, settings, target_os)) {
      }
    }
  };
  const auto sweep = [&pool, &clock](const std::stop_token&) { sweep_orphans(pool, clock); };
  return {{"engine_start_retries", std::chrono::seconds(5), start_retries}, {"engine_sweep_orphans", std::chrono::minutes(1), sweep}};
}

}  // namespace spm::engine
