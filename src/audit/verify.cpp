// Proves the chain from its first link to its head, page by page.

#include <fmt/format.h>

#include "audit/audit.hpp"
#include "audit/store.hpp"

namespace spm::audit {
namespace {

constexpr std::int64_t kPage = 2000;

// Where the proof stands.
struct Walk {
  std::int64_t position = 0;
  std::string hash = genesis_hash();
};

// What is wrong with the next link; empty: nothing, and the walk has gone on.
std::string problem_with(const store::Link& link, Walk& walk) {
  if (link.position != walk.position + 1) return fmt::format("links {} to {} of the chain are gone", walk.position + 1, link.position - 1);
  if (!link.line) return fmt::format("audit row {} (position {}) was deleted", link.audit_id, link.position);
  if (link_hash(walk.hash, link.position, *link.line) != link.hash)
    return fmt::format("audit row {} (position {}) is not what was written: its hash differs", link.audit_id, link.position);
  walk = {link.position, link.hash};
  return {};
}

Verification broken(const store::Head& head, std::optional<std::int64_t> id, std::string reason) {
  return {false, head.position, id, std::move(reason), head.hash};
}

}  // namespace

Verification verify(db::Pool& pool) {
  store::Head head;
  {
    db::Tx tx(pool);
    head = store::head(tx);
    if (head.hash.empty()) return broken(head, std::nullopt, "the head of the chain (table audit_head) is gone");
    if (const auto id = store::first_unlinked_line(tx))
      return broken(head, id,
                    fmt::format("audit row {} is in no link of the chain: it was written past the trigger, or its link was deleted", *id));
  }
  Walk walk;
  while (walk.position < head.position) {
    db::Tx tx(pool);  // short ones: the chain only grows, and what was read stays true
    const auto links = store::linked_lines(tx, {}, walk.position, head.position, kPage);
    for (const auto& link : links) {
      if (auto problem = problem_with(link, walk); !problem.empty()) return broken(head, link.audit_id, std::move(problem));
    }
    if (links.empty())
      return broken(
          head, std::nullopt,
          fmt::format("the chain ends at position {}, but {} rows were written: its end was deleted", walk.position, head.position));
  }
  if (walk.hash != head.hash) return broken(head, std::nullopt, "the last link and the head of the chain differ");
  return {true, head.position, std::nullopt, "", head.hash};
}

}  // namespace spm::audit
