// Proves the chain from link to link up to its head, page by page.

#include "audit/verify.hpp"

#include <fmt/format.h>

#include "audit/store.hpp"

namespace spm::audit {
namespace {

constexpr std::int64_t kPage = 2000;

// What is wrong with the next link; empty: nothing, and `place` has moved on to it.
std::string problem_with(const store::Link& link, Place& place, const Place& proven) {
  if (link.position != place.position + 1)
    return fmt::format("links {} to {} of the chain are gone", place.position + 1, link.position - 1);
  if (!link.line) return fmt::format("audit row {} (position {}) was deleted", link.audit_id, link.position);
  if (link_hash(place.hash, link.position, *link.line) != link.hash)
    return fmt::format("audit row {} (position {}) is not what was written: its hash differs", link.audit_id, link.position);
  if (link.position == proven.position && link.hash != proven.hash)
    return fmt::format("audit row {} (position {}) has another hash than when it was proven: the chain was made anew", link.audit_id,
                       link.position);
  place = {link.position, link.hash};
  return {};
}

Verification broken(const store::Head& head, std::optional<std::int64_t> id, std::string reason) {
  return {false, head.position, id, std::move(reason), head.hash};
}

// What is wrong before a link is looked at.
std::optional<Verification> problem_at_the_start(db::Tx& tx, const store::Head& head, const Place& proven, Extent extent) {
  if (head.hash.empty()) return broken(head, std::nullopt, "the head of the chain (table audit_head) is gone");
  if (head.position < proven.position)
    return broken(
        head, std::nullopt,
        fmt::format("the chain ends at position {}, but was proven up to {}: its end was deleted", head.position, proven.position));
  std::int64_t after_id = 0;
  if (extent == Extent::Onward && proven.position > 0) {
    const auto links = store::linked_lines(tx, {}, proven.position - 1, proven.position, 1);
    if (links.empty()) return broken(head, std::nullopt, fmt::format("link {} of the chain is gone", proven.position));
    if (links[0].hash != proven.hash)
      return broken(head, links[0].audit_id, fmt::format("link {} of the chain has another hash than when it was proven", proven.position));
    after_id = links[0].audit_id;
  }
  if (const auto id = store::first_unlinked_line(tx, after_id))
    return broken(head, id,
                  fmt::format("audit row {} is in no link of the chain: it was written past the trigger, or its link was deleted", *id));
  return std::nullopt;
}

}  // namespace

Verification walk(db::Pool& pool, const Place& proven, Extent extent) {
  store::Head head;
  {
    db::Tx tx(pool);
    head = store::head(tx);
    if (auto problem = problem_at_the_start(tx, head, proven, extent)) return *std::move(problem);
  }
  Place place = extent == Extent::Whole ? Place{} : proven;
  while (place.position < head.position) {
    db::Tx tx(pool);  // short ones: the chain only grows, and what was read stays true
    const auto links = store::linked_lines(tx, {}, place.position, head.position, kPage);
    for (const auto& link : links) {
      if (auto problem = problem_with(link, place, proven); !problem.empty()) return broken(head, link.audit_id, std::move(problem));
    }
    if (links.empty())
      return broken(
          head, std::nullopt,
          fmt::format("the chain ends at position {}, but {} rows were written: its end was deleted", place.position, head.position));
  }
  if (place.hash != head.hash) return broken(head, std::nullopt, "the last link and the head of the chain differ");
  return {true, head.position, std::nullopt, "", head.hash};
}

}  // namespace spm::audit
