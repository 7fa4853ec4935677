// The figures that are not read at every scrape.

#include "configuration/configuration.hpp"
#include "health/health.hpp"
#include "health/health_sql.hpp"

namespace spm::health {

void measure(db::Pool& pool, Time now) {
  db::Tx tx(pool);
  const auto levels = configuration::current(tx).service_levels;
  (void)tx.execute(sql::forget_figures);
  (void)tx.execute(sql::measure_data, {now});
  (void)tx.execute(sql::measure_compliance, {now, levels.critical, levels.high, levels.medium, levels.low});
  tx.commit();
}

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock) {
  return {{"measure", std::chrono::minutes(2), [&pool, &clock](const std::stop_token&) { measure(pool, clock.now()); }}};
}

}  // namespace spm::health
