#include "engine/engine.hpp"
#include "engine/engine_sql.hpp"

namespace spm::engine {

std::vector<HeldRun> held_runs(db::Tx& tx) {
  std::vector<HeldRun> held;
  for (const db::Row row : tx.execute(sql::held_runs)) {
    held.push_back({TestId{row.integer("id")}, row.text("phase"), row.text("lease_owner"), row.time("lease_until"), row.integer("fence")});
  }
  return held;
}

}  // namespace spm::engine
