#include "cves/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "cves/cves_sql.hpp"

namespace spm::cves::store {
namespace {

constexpr std::size_t kRowsAtOnce = 20'000;  // a statement has seconds, and its parameters are a text

Source source_in(const db::Row& row) {
  const auto source = parse_source(row.text("source"));
  if (!source) throw std::logic_error("cve_sources has a source that nobody knows");
  return *source;
}

State state_in(const db::Row& row) {
  return {.source = source_in(row),
          .origin = row.text("origin"),
          .requested_at = row.time_or_null("requested_at"),
          .attempted_at = row.time_or_null("attempted_at"),
          .succeeded_at = row.time_or_null("succeeded_at"),
          .changed_at = row.time_or_null("changed_at"),
          .version = row.text_or_null("version"),
          .entries = row.integer_or_null("entries"),
          .digest = row.text_or_null("digest"),
          .error = row.text_or_null("error")};
}

std::int64_t write_marks(db::Tx& tx, const std::vector<Entry>& entries) {
  std::vector<std::string> ids;
  ids.reserve(entries.size());
  for (const auto& entry : entries) ids.push_back(entry.cve);
  return tx.execute(sql::mark_exploited, {ids}).affected() + tx.execute(sql::unmark_exploited, {ids}).affected();
}

std::int64_t write_scores(db::Tx& tx, const db::Statement& statement, const std::vector<Entry>& entries) {
  std::int64_t changed = 0;
  for (std::size_t at = 0; at < entries.size(); at += kRowsAtOnce) {
    const auto end = std::min(entries.size(), at + kRowsAtOnce);
    std::vector<std::string> ids;
    std::vector<std::string> figures;
    ids.reserve(end - at);
    figures.reserve(end - at);
    for (auto i = at; i < end; ++i) {
      ids.push_back(entries[i].cve);
      figures.push_back(fmt::format("{}", entries[i].figure));
    }
    changed += tx.execute(statement, {ids, figures}).affected();
  }
  return changed;
}

}  // namespace

void one_at_a_time(db::Tx& tx) { (void)tx.execute(sql::one_at_a_time); }

std::vector<State> states(db::Tx& tx) {
  std::vector<State> all;
  const auto rows = tx.execute(sql::source_states);
  for (const auto source : kSources) {
    State state{.source = source};
    for (const auto row : rows) {
      if (source_in(row) == source) state = state_in(row);
    }
    all.push_back(std::move(state));
  }
  return all;
}

State state_of(db::Tx& tx, Source source) {
  for (auto& state : states(tx)) {
    if (state.source == source) return std::move(state);
  }
  throw std::logic_error("a source without a state");
}

std::int64_t write_figures(db::Tx& tx, Source source, const std::vector<Entry>& entries) {
  switch (source) {
    case Source::Kev: return write_marks(tx, entries);
    case Source::Epss: return write_scores(tx, sql::store_epss, entries);
    case Source::Cvss: return write_scores(tx, sql::store_cvss, entries);
  }
  return 0;
}

void record_success(db::Tx& tx, Source source, const Success& success, Time now) {
  const auto version = success.version.empty() ? std::nullopt : std::optional(success.version);
  (void)tx.execute(sql::record_success, {to_string(source), success.origin, now, version, success.entries, success.digest});
}

void record_failure(db::Tx& tx, Source source, const std::string& origin, const std::string& error, Time now) {
  (void)tx.execute(sql::record_failure, {to_string(source), origin, now, error});
}

bool request(db::Tx& tx, Source source, Time now) { return !tx.execute(sql::request, {to_string(source), now}).empty(); }

std::vector<Source> forget_unused(db::Tx& tx, const std::vector<Source>& used) {
  std::vector<std::string> words;
  for (const auto source : used) words.emplace_back(to_string(source));
  std::vector<Source> forgotten;
  for (const auto row : tx.execute(sql::forget_unused, {words})) forgotten.push_back(source_in(row));
  return forgotten;
}

}  // namespace spm::cves::store
