#include "audit/store.hpp"

#include "audit/audit_sql.hpp"

namespace spm::audit::store {
namespace {

Link read_link(const db::Row& row) {
  Link link{row.integer("position"), row.integer("audit_id"), row.text("hash"), std::nullopt, row.time_or_null("at")};
  if (row.is_null("id")) return link;
  link.line =
      Line{row.integer("id"),      row.text("actor"),          row.text("from_address"),  row.text("action"), row.text("subject_type"),
           row.text("subject_id"), row.text_or_null("before"), row.text_or_null("after"), row.text("reason"), row.text("at_micros")};
  return link;
}

}  // namespace

db::Rows page_of_lines(db::Tx& tx, const Filter& f, std::optional<std::int64_t> before_id, std::int64_t limit, std::int64_t offset) {
  return tx.execute(sql::page_of_lines, {f.actor, f.action, f.subject_type, f.subject_id, f.from, f.to, f.text, before_id, limit, offset});
}

std::int64_t count_lines(db::Tx& tx, const Filter& f) {
  if (f.is_everything()) return head(tx).position;
  return tx.execute(sql::count_lines, {f.actor, f.action, f.subject_type, f.subject_id, f.from, f.to, f.text})[0].integer("total");
}

Head head(db::Tx& tx) {
  const auto rows = tx.execute(sql::head);
  if (rows.empty()) return {};
  return {rows[0].integer("position"), rows[0].text("hash")};
}

std::vector<Link> linked_lines(db::Tx& tx, const Filter& f, std::int64_t after_position, std::int64_t last_position, std::int64_t limit) {
  std::vector<Link> links;
  for (const auto row : tx.execute(sql::linked_lines, {f.actor, f.action, f.subject_type, f.subject_id, f.from, f.to, f.text,
                                                       after_position, last_position, limit}))
    links.push_back(read_link(row));
  return links;
}

std::optional<std::int64_t> first_unlinked_line(db::Tx& tx, std::int64_t after_id) {
  return tx.execute(sql::first_unlinked_line, {after_id})[0].integer_or_null("id");
}

}  // namespace spm::audit::store
