#pragma once
// The rows of the audit log and its chain: one function a statement, in the caller's transaction. Inside audit/ only.

#include <optional>
#include <string>
#include <vector>

#include "audit/digest.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace spm::audit::store {

// What was asked for; nothing: everything.
struct Filter {
  std::optional<std::string> actor;
  std::optional<std::string> action;
  std::optional<std::string> subject_type;
  std::optional<std::string> subject_id;
  std::optional<Time> from;
  std::optional<Time> to;           // not included
  std::optional<std::string> text;  // a LIKE pattern

  [[nodiscard]] bool is_everything() const { return !actor && !action && !subject_type && !subject_id && !from && !to && !text; }
};

[[nodiscard]] db::Rows page_of_lines(db::Tx& tx, const Filter& filter, std::optional<std::int64_t> before_id, std::int64_t limit,
                                     std::int64_t offset);
[[nodiscard]] std::int64_t count_lines(db::Tx& tx, const Filter& filter);

struct Head {
  std::int64_t position = 0;
  std::string hash;
};
[[nodiscard]] Head head(db::Tx& tx);

struct Link {
  std::int64_t position = 0;
  std::int64_t audit_id = 0;
  std::string hash;
  std::optional<Line> line;  // nullopt: the row is gone
  std::optional<Time> at;
};
[[nodiscard]] std::vector<Link> linked_lines(db::Tx& tx, const Filter& filter, std::int64_t after_position, std::int64_t last_position,
                                             std::int64_t limit);

// The first row behind this one that is in no link.
[[nodiscard]] std::optional<std::int64_t> first_unlinked_line(db::Tx& tx, std::int64_t after_id);

}  // namespace spm::audit::store
