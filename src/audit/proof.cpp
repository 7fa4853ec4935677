// The proof that is made again and again, and what it last found.

#include "audit/audit.hpp"
#include "audit/audit_sql.hpp"
#include "audit/verify.hpp"
#include "log/log.hpp"
#include "notifications/notifications.hpp"

namespace spm::audit {
namespace {

constexpr std::chrono::minutes kLookEvery{10};
constexpr std::chrono::hours kWholeEvery{24};

std::optional<Proof> proof_so_far(db::Pool& pool) {
  db::Tx tx(pool);
  return last_proof(tx);
}

Place place_of(const std::optional<Proof>& proof) { return proof ? Place{proof->position, proof->hash} : Place{}; }

bool is_whole_due(const std::optional<Proof>& last, Time now) {
  return !last || !last->reason.empty() || !last->whole_at || now - *last->whole_at >= kWholeEvery;
}

void tell(db::Tx& tx, const Proof& proof, bool is_new, std::int64_t rows) {
  if (proof.reason.empty()) return log::debug("audit", "the chain is intact", {{"rows", rows}});
  log::error("audit", "the audit chain is broken", {{"reason", proof.reason}});
  if (is_new)
    notifications::publish(tx, {.topic = "system",
                                .queue_id = std::nullopt,
                                .test_id = std::nullopt,
                                .payload = {{"type", "audit.broken"}, {"reason", proof.reason}},
                                .at = proof.looked_at});
}

}  // namespace

std::optional<Proof> last_proof(db::Tx& tx) {
  const auto rows = tx.execute(sql::last_proof);
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return Proof{row.integer("position"),
               row.text("hash"),
               row.time_or_null("whole_at"),
               row.time("looked_at"),
               row.integer_or_null("first_broken_id"),
               row.text("reason")};
}

Verification verify(db::Pool& pool) { return walk(pool, place_of(proof_so_far(pool)), Extent::Whole); }

Proof keep_proven(db::Pool& pool, Time now) {
  const auto last = proof_so_far(pool);
  const auto proven = place_of(last);
  const bool is_whole = is_whole_due(last, now);
  const auto found = walk(pool, proven, is_whole ? Extent::Whole : Extent::Onward);
  Proof proof{proven.position, proven.hash, last ? last->whole_at : std::nullopt, now, found.first_broken_id, found.reason};
  if (found.valid) {
    proof.position = found.rows;
    proof.hash = found.head_hash;
    if (is_whole) proof.whole_at = now;
  }
  db::Tx tx(pool);
  (void)tx.execute(sql::remember_proof, {proof.position, proof.hash, proof.whole_at, proof.looked_at, proof.first_broken_id, proof.reason});
  tell(tx, proof, !last || last->reason.empty(), found.rows);
  tx.commit();
  return proof;
}

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock) {
  return {{"audit_proof", kLookEvery, [&pool, &clock](const std::stop_token&) { (void)keep_proven(pool, clock.now()); }}};
}

}  // namespace spm::audit
