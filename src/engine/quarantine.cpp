#include "engine/quarantine.hpp"

#include "audit/audit.hpp"
#include "catalogue/catalogue.hpp"
#include "log/log.hpp"

namespace spm::engine {

void quarantine(db::Tx& tx, const Run& run, const std::string& why, const std::string& actor, Time now) {
  catalogue::quarantine(tx, run.system, why, now);
  audit::record(tx,
                {.actor = actor,
                 .from_address = {},
                 .action = "system.quarantine",
                 .subject_type = "system",
                 .subject_id = std::to_string(run.system.value),
                 .before = nullptr,
                 .after = json::object{{"quarantined_at", format_time(now)}, {"test_id", run.id.value}},
                 .reason = why,
                 .at = now},
                {.topic = "system",
                 .type = "system.quarantined",
                 .queue_id = run.item,
                 .test_id = run.id,
                 .more = {{"system_id", run.system.value}, {"name", run.subject.system_name}}});
  log::error("engine", "a test system went into quarantine", {{"system", run.subject.system_name}, {"reason", why}});
}

}  // namespace spm::engine
