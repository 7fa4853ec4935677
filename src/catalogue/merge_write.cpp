#include "catalogue/merge_write.hpp"

#include <span>

#include "catalogue/store.hpp"
#include "log/log.hpp"

namespace spm::catalogue {
namespace {

constexpr std::size_t kChunk = 1000;

void write_chunk(db::Pool& pool, std::span<const Told> chunk, Time now, WriteReport& report) {
  std::vector<AdvisoryName> names;
  names.reserve(chunk.size());
  for (const auto& told : chunk) names.push_back(told.advisory.name);
  db::Tx tx(pool);
  store::lock_errata_writes(tx);
  const auto stored = store::find_errata(tx, names);
  std::vector<Erratum> changed;
  std::int64_t inserted = 0;
  for (const auto& told : chunk) {
    const auto found = stored.find(told.advisory.name);
    const auto* before = found == stored.end() ? nullptr : &found->second;
    auto after = merge(before, told, now);
    if (before != nullptr && after == *before) continue;
    if (before == nullptr) ++inserted;
    changed.push_back(std::move(after));
  }
  store::upsert_errata(tx, changed);
  tx.commit();
  report.inserted += inserted;
  report.updated += static_cast<std::int64_t>(changed.size()) - inserted;
  for (auto& erratum : changed) report.changed.push_back(std::move(erratum.name));
}

void write_one(db::Pool& pool, std::span<const Told> one, Time now, WriteReport& report) {
  try {
    write_chunk(pool, one, now, report);
  } catch (const db::DatabaseError& error) {
    if (error.is_connection_lost()) throw;
    ++report.skipped;
    log::warning("catalogue", "an erratum could not be stored and was skipped; the next sync tries it again",
                 {{"errata_id", one.front().advisory.name}, {"error", error.what()}});
  }
}

}  // namespace

WriteReport write_told(db::Pool& pool, const std::vector<Told>& told, Time now) {
  WriteReport report;
  const std::span<const Told> all(told);
  for (std::size_t at = 0; at < all.size(); at += kChunk) {
    const auto chunk = all.subspan(at, std::min(kChunk, all.size() - at));
    try {
      write_chunk(pool, chunk, now, report);
    } catch (const db::DatabaseError& error) {
      if (error.is_connection_lost()) throw;
      for (std::size_t i = 0; i < chunk.size(); ++i) write_one(pool, chunk.subspan(i, 1), now, report);
    }
  }
  return report;
}

}  // namespace spm::catalogue
