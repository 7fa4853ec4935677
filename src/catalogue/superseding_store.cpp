#include "catalogue/superseding_store.hpp"

#include "catalogue/catalogue_sql.hpp"
#include "catalogue/store.hpp"
#include "catalogue/superseding.hpp"

namespace spm::catalogue {
namespace {

Candidate candidate_of(const db::Row& row) {
  Candidate out{{row.text("advisory_name")}, row.text("target_os"), row.text("distribution"), row.time_or_null("issued_at"), std::nullopt};
  if (!row.is_null("packages")) out.packages = store::packages_of(row.json_value("packages"));
  return out;
}

}  // namespace

std::vector<AdvisoryName> recompute_superseding(db::Pool& pool, Time now) {
  db::Tx tx(pool);
  store::lock_errata_writes(tx);
  std::vector<AdvisoryName> changed;
  for (const auto row : tx.execute(sql::clear_withdrawn_superseding, {now})) changed.push_back({row.text("advisory_name")});
  std::vector<Candidate> candidates;
  std::vector<std::optional<std::string>> before;
  for (const auto row : tx.execute(sql::superseding_candidates)) {
    candidates.push_back(candidate_of(row));
    before.push_back(row.text_or_null("superseded_by"));
  }
  const auto successors = find_successors(candidates);
  json::array rows;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto found = successors.find(candidates[i].name);
    const auto after = found == successors.end() ? std::nullopt : std::optional<std::string>(found->second.value);
    if (after == before[i]) continue;
    rows.push_back(
        json::object{{"advisory_name", candidates[i].name.value}, {"superseded_by", after ? json::value(*after) : json::value(nullptr)}});
    changed.push_back(candidates[i].name);
  }
  if (!rows.empty()) tx.execute(sql::store_superseding, {rows, now});
  tx.commit();
  return changed;
}

}  // namespace spm::catalogue
