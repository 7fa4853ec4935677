#include "health/health.hpp"

#include <fmt/format.h>

#include "catalogue/rules.hpp"
#include "health/health_sql.hpp"

namespace spm::health {
namespace {

using namespace std::chrono_literals;

constexpr auto kClockTolerance = 5s;
constexpr auto kProofIsStale = 24h;

Finding role(const Installation& seen) {
  if (seen.is_superuser) return {"database role", false, "the service runs as a superuser of the database; give it a role of its own"};
  if (seen.can_change_audit)
    return {"database role", false, "the service's role can change audit rows or their chain; run grants.sql as the owner of the database"};
  return {"database role", true, "reads and writes rows; audit rows it can only add"};
}

Finding clock(const Installation& seen, Time now) {
  const auto apart =
      std::chrono::duration_cast<std::chrono::seconds>(now < seen.server_time ? seen.server_time - now : now - seen.server_time);
  const auto text = fmt::format("{} s apart from the database's", apart.count());
  return {"clock", apart <= kClockTolerance, apart <= kClockTolerance ? text : text + "; run chrony or systemd-timesyncd on both"};
}

Finding synchronisation(const Installation& seen, Time now) {
  if (!seen.last_sync_at) return {"sync", true, "none has ended yet; the first one starts with the service"};
  const auto text = "the last good one ended " + format_time(*seen.last_sync_at);
  const bool is_fresh = now - *seen.last_sync_at <= catalogue::kSyncIsStale;
  return {"sync", is_fresh, is_fresh ? text : text + "; see GET /api/v1/sync/status"};
}

Finding test_systems(const Installation& seen) {
  if (!seen.last_sync_at) return {"test systems", true, "not known before the first sync"};
  if (seen.test_systems == 0)
    return {"test systems", false,
            "none: put systems into a UYUNI group whose name starts with UYUNI_TEST_GROUP_PREFIX, or name them in the settings"};
  if (seen.quarantined == seen.test_systems)
    return {"test systems", false,
            fmt::format("all {} are in quarantine; look at them, then POST /api/v1/systems/ID/release", seen.test_systems)};
  return {"test systems", true, fmt::format("{}, of which {} in quarantine", seen.test_systems, seen.quarantined)};
}

Finding audit_chain(const Installation& seen, Time now) {
  if (!seen.audit_looked_at) return {"audit chain", true, "not proven yet; the service does so every ten minutes"};
  const auto at = format_time(*seen.audit_looked_at);
  if (!seen.audit_problem.empty()) return {"audit chain", false, fmt::format("broken, at {}: {}", at, seen.audit_problem)};
  if (now - *seen.audit_looked_at > kProofIsStale)
    return {"audit chain", false, fmt::format("was last proven at {}; see the job audit_proof in GET /api/v1/cluster", at)};
  return {"audit chain", true, "intact, at " + at};
}

Finding jobs(const Installation& seen) {
  if (seen.failed_jobs.empty()) return {"periodic jobs", true, "none failed at its last run"};
  return {"periodic jobs", false, seen.failed_jobs};
}

Finding cve_lists(const Installation& seen) {
  if (!seen.failed_cve_lists.empty())
    return {"CVE lists", false, seen.failed_cve_lists + "; what the last ones brought is in force, see GET /api/v1/cves/sources"};
  return {"CVE lists", true, seen.cve_lists.empty() ? "none imported: it is not known what is exploited" : "read: " + seen.cve_lists};
}

Finding size(const DataSize& kept) {
  return {"kept " + kept.kind, true,
          fmt::format("{} in {:.1f} MB{}", kept.entries, static_cast<double>(kept.bytes) / 1e6,
                      kept.oldest_at ? ", the oldest of " + format_time(*kept.oldest_at).substr(0, 10) : "")};
}

std::vector<DataSize> read_sizes(const db::Rows& rows) {
  std::vector<DataSize> sizes;
  for (const auto row : rows)
    sizes.push_back(
        {row.text("kind"), row.integer("entries"), row.integer("bytes"), row.time_or_null("oldest_at"), row.time("measured_at")});
  return sizes;
}

}  // namespace

Installation look_at(db::Connection& connection) {
  const auto rows = connection.execute(sql::installation);
  const auto row = rows[0];
  return {row.boolean("is_superuser"),
          row.boolean("can_change_audit"),
          row.integer("test_systems"),
          row.integer("quarantined"),
          row.time_or_null("last_sync_at"),
          row.integer("database_bytes"),
          row.time("server_time"),
          row.time_or_null("audit_looked_at"),
          row.text_or_null("audit_problem").value_or(""),
          row.text_or_null("failed_jobs").value_or(""),
          row.text_or_null("failed_cve_lists").value_or(""),
          row.text_or_null("cve_lists").value_or(""),
          read_sizes(connection.execute(sql::data_sizes))};
}

std::vector<DataSize> data_sizes(db::Tx& tx) { return read_sizes(tx.execute(sql::data_sizes)); }

std::vector<Finding> judge(const Installation& installation, Time now) {
  std::vector<Finding> findings{role(installation),
                                clock(installation, now),
                                synchronisation(installation, now),
                                test_systems(installation),
                                audit_chain(installation, now),
                                jobs(installation),
                                cve_lists(installation),
                                {"database size", true, fmt::format("{} MB", installation.database_bytes / 1'000'000)}};
  for (const auto& kept : installation.data) findings.push_back(size(kept));
  return findings;
}

std::vector<Figure> figures(db::Tx& tx, Time now) {
  std::vector<Figure> all;
  for (const auto row : tx.execute(sql::figures, {now})) all.push_back({row.text("name"), row.text("label"), row.real("value")});
  return all;
}

}  // namespace spm::health
