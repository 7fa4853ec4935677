#include "queue/store.hpp"

#include "configuration/configuration.hpp"

#include <set>
#include <stdexcept>

#include "queue/queue_sql.hpp"

namespace spm::queue {
namespace {

Status status_in(const std::string& text) {
  const std::optional<Status> status = parse_status(text);
  if (!status) throw std::logic_error("the queue holds an unknown status: " + text);
  return *status;
}

std::optional<AdvisoryName> name_or_null(const db::Row& row, std::string_view column) {
  std::optional<std::string> text = row.text_or_null(column);
  if (!text) return std::nullopt;
  return AdvisoryName{*std::move(text)};
}

std::optional<Failure> failure_in(const db::Row& row) {
  const std::optional<std::string> reason = row.text_or_null("failure_reason");
  const std::optional<std::string> kind = row.text_or_null("failure_class");
  if (!reason || !kind) return std::nullopt;
  return Failure{row.text_or_null("failure_phase").value_or(""), parse_failure_class(*kind).value_or(FailureClass::Infra), *reason};
}

std::optional<Item> first_item(const db::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return store::read_item(rows[0]);
}

// ILIKE's own wildcards in a person's text mean themselves.
std::optional<std::string> like_pattern(const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::nullopt;
  std::string pattern = "%";
  for (const char c : *text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

store::Entry read_entry(const db::Row& row) {
  return {store::read_item(row), row.text("synopsis"), row.text("severity"), row.text_or_null("errata_version"),
          std::nullopt,          std::nullopt};
}

void add_positions(db::Tx& tx, std::vector<store::Entry>& entries, std::optional<std::int64_t> up_to, Mode mode) {
  std::set<std::string> target_oses;
  std::vector<std::int64_t> ids;
  for (const store::Entry& entry : entries) {
    if (entry.item.status != Status::Queued) continue;
    target_oses.insert(entry.item.target_os);
    ids.push_back(entry.item.id.value);
  }
  if (ids.empty()) return;
  const auto places = store::positions(tx, {target_oses.begin(), target_oses.end()}, ids, up_to, mode);
  for (store::Entry& entry : entries) {
    const auto place = places.find(entry.item.id);
    if (place != places.end()) entry.position = place->second;
  }
}

}  // namespace

std::optional<Item> find(db::Tx& tx, QueueId id) { return first_item(tx.execute(sql::find, {id})); }

std::optional<Item> lock(db::Tx& tx, QueueId id) { return first_item(tx.execute(sql::lock, {id})); }

Mode load_mode(db::Tx& tx) { return parse_mode(configuration::current(tx).queue.mode).value_or(Mode::Safest); }

std::optional<Item> next(db::Tx& tx, const std::string& target_os, Mode mode, Which which) {
  const bool autostart_only = which == Which::AutostartOnly;
  if (mode == Mode::Safest) return first_item(tx.execute(sql::next_safest, {target_os, autostart_only}));
  return first_item(tx.execute(sql::next_by_urgency, {target_os, autostart_only, to_string(mode)}));
}

std::optional<std::int64_t> position(db::Tx& tx, QueueId id, Mode mode) {
  const std::optional<Item> item = find(tx, id);
  if (!item || item->status != Status::Queued) return std::nullopt;
  const auto places = store::positions(tx, {item->target_os}, {id.value}, std::nullopt, mode);
  const auto place = places.find(id);
  return place == places.end() ? std::nullopt : std::optional(place->second);
}

std::map<Status, std::int64_t> count_items(db::Tx& tx) {
  std::map<Status, std::int64_t> all = store::count_by_status(tx, {});
  for (const Transition& transition : transitions()) {
    all.try_emplace(transition.from, 0);
    all.try_emplace(transition.to, 0);
  }
  return all;
}

namespace store {

Item read_item(const db::Row& row) {
  Item item;
  item.id = QueueId{row.integer("id")};
  item.erratum = AdvisoryName{row.text("advisory_name")};
  item.target_os = row.text("target_os");
  item.status = status_in(row.text("status"));
  item.priority_override = row.integer("priority_override");
  item.requires_reboot = row.boolean("requires_reboot");
  item.success_score = row.integer("success_score");
  item.urgency_score = row.real("urgency_score");
  item.retry_count = row.integer("retry_count");
  item.retry_after = row.time_or_null("retry_after");
  item.autostart = row.boolean("autostart");
  item.superseded_by = name_or_null(row, "superseded_by");
  item.failure = failure_in(row);
  item.snooze_until = row.time_or_null("snooze_until");
  item.pending_since = row.time_or_null("pending_since");
  item.notes = row.text("notes");
  item.created_by = row.text("created_by");
  item.queued_at = row.time("queued_at");
  item.started_at = row.time_or_null("started_at");
  item.completed_at = row.time_or_null("completed_at");
  return item;
}

OrderKey order_key(const Item& item) {
  return {item.priority_override, item.requires_reboot, item.success_score, item.urgency_score, item.id.value};
}

std::vector<std::string> texts(const std::vector<AdvisoryName>& names) {
  std::vector<std::string> all;
  all.reserve(names.size());
  for (const AdvisoryName& name : names) all.push_back(name.value);
  return all;
}

std::vector<Entry> page(db::Tx& tx, const Filter& filter, const Window& window, Mode mode) {
  const std::optional<std::string> status = filter.status ? std::optional<std::string>(to_string(*filter.status)) : std::nullopt;
  const std::optional<std::string> pattern = like_pattern(filter.text);
  const bool has_place = window.after.has_value();
  const OrderKey place = window.after.value_or(OrderKey{});
  const db::Param after = has_place ? db::Param(place.id) : db::Param(std::nullopt);
  const db::Rows rows =
      mode == Mode::Safest
          ? tx.execute(sql::page_safest, {status, filter.target_os, filter.severity, pattern, window.limit, window.offset, after,
                                          place.priority_override, place.requires_reboot, place.success_score, filter.scope})
          : tx.execute(sql::page_by_urgency,
                       {status, filter.target_os, filter.severity, pattern, window.limit, window.offset, to_string(mode), after,
                        place.priority_override, place.success_score, place.urgency_score, filter.scope});
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const db::Row row : rows) entries.push_back(read_entry(row));
  // Without filters on the erratum every item before one on this page is on this or an earlier page, so no position is far beyond its end
  // (a page of tolerance for what is queued between the two statements).
  const bool leaves_gaps = filter.severity || pattern || filter.scope || has_place;
  add_positions(tx, entries, leaves_gaps ? std::nullopt : std::optional(window.offset + 2 * window.limit), mode);
  return entries;
}

std::map<Status, std::int64_t> count_by_status(db::Tx& tx, const Filter& filter) {
  std::map<Status, std::int64_t> counted;
  const bool is_tallied = !filter.severity && !filter.text && !filter.scope;
  const db::Rows rows =
      is_tallied ? tx.execute(sql::tally, {filter.target_os})
                 : tx.execute(sql::count_by_status, {filter.target_os, filter.severity, like_pattern(filter.text), filter.scope});
  for (const db::Row row : rows) {
    counted[status_in(row.text("status"))] = row.integer("items");
  }
  return counted;
}

std::optional<Entry> entry(db::Tx& tx, QueueId id, Mode mode) {
  const db::Rows rows = tx.execute(sql::entry, {id});
  if (rows.empty()) return std::nullopt;
  std::vector<Entry> one{read_entry(rows[0])};
  add_positions(tx, one, std::nullopt, mode);
  return std::move(one.front());
}

std::vector<Count> counts(db::Tx& tx, const std::optional<json::object>& scope) {
  std::vector<Count> all;
  for (const db::Row row : tx.execute(sql::counts, {scope})) {
    all.push_back({row.text("target_os"), status_in(row.text("status")), row.text("severity"), row.integer("items")});
  }
  return all;
}

Times times(db::Tx& tx, const std::optional<json::object>& scope) {
  const db::Rows rows = tx.execute(sql::times, {scope});
  return {rows[0].time_or_null("oldest_queued_at"), rows[0].time_or_null("next_retry_at")};
}

std::map<QueueId, std::int64_t> positions(db::Tx& tx, const std::vector<std::string>& target_oses, const std::vector<std::int64_t>& ids,
                                          std::optional<std::int64_t> up_to, Mode mode) {
  const db::Rows rows = mode == Mode::Safest ? tx.execute(sql::positions_safest, {target_oses, ids, up_to})
                                             : tx.execute(sql::positions_by_urgency, {target_oses, ids, to_string(mode)});
  std::map<QueueId, std::int64_t> places;
  for (const db::Row row : rows) places[QueueId{row.integer("id")}] = row.integer("position");
  return places;
}

std::vector<Candidate> candidates(db::Tx& tx, const std::vector<AdvisoryName>& errata, const std::string& target_os) {
  std::vector<Candidate> all;
  all.reserve(errata.size());
  for (const db::Row row : tx.execute(sql::candidates, {texts(errata), target_os})) {
    Candidate candidate;
    candidate.name = AdvisoryName{row.text("name")};
    candidate.is_known = row.boolean("is_known");
    candidate.target_os = row.text_or_null("target_os");
    candidate.is_withdrawn = row.boolean("is_withdrawn");
    candidate.has_packages = row.boolean("has_packages");
    candidate.has_profile = row.boolean("has_profile");
    candidate.is_applicable = row.boolean("is_applicable");
    if (const auto open_id = row.integer_or_null("open_id")) {
      candidate.open_id = QueueId{*open_id};
      candidate.open_status = status_in(row.text("open_status"));
    }
    all.push_back(std::move(candidate));
  }
  return all;
}

std::map<ErratumOnOs, Covering> covering_of(db::Tx& tx, const std::vector<ErratumOnOs>& errata) {
  std::map<ErratumOnOs, Covering> covered;
  if (errata.empty()) return covered;
  std::vector<std::string> names;
  std::vector<std::string> target_oses;
  for (const ErratumOnOs& one : errata) {
    names.push_back(one.erratum.value);
    target_oses.push_back(one.target_os);
  }
  for (const db::Row row : tx.execute(sql::covering_of, {names, target_oses})) {
    covered[{AdvisoryName{row.text("erratum")}, row.text("target_os")}] = {AdvisoryName{row.text("covering")}, row.boolean("is_open")};
  }
  return covered;
}

}  // namespace store
}  // namespace spm::queue
