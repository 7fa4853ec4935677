// The endpoints of /api/v1/queue. The requests fit the contract already; what is checked here needs the database.

#include <fmt/format.h>

#include "access/scope.hpp"
#include "audit/audit.hpp"
#include "http/field_errors.hpp"
#include "http/page.hpp"
#include "queue/item_json.hpp"
#include "queue/queue_sql.hpp"
#include "queue/store.hpp"
#include "queue/sync.hpp"

namespace spm::queue {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

Acting acting_of(const Request& request, Time now) { return {request.principal.actor, request.remote_address, now}; }

tl::unexpected<Error> wrong_field(const std::string& field, const std::string& problem) {
  http::FieldErrors errors;
  errors.add(field, problem);
  return tl::unexpected(errors.to_error());
}

tl::unexpected<Error> no_such_item(QueueId id) { return fail(ErrorCode::NotFound, fmt::format("queue item {} does not exist", id.value)); }

// What is out of the caller's sight does not exist for the caller.
bool sees(db::Tx& tx, const Request& request, QueueId id) {
  const auto scope = access::filter_of(request.principal.scope);
  if (!scope) return true;
  const db::Rows rows = tx.execute(sql::sees_item, {id, scope});
  return !rows.empty() && rows[0].boolean("sees");
}

const json::object& body_of(const Request& request) {
  static const json::object kNothing;
  return request.json_body.is_object() ? request.json_body.get_object() : kNothing;
}

std::optional<std::string> text_in(const json::object& body, std::string_view key) {
  const json::value* value = body.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

bool flag_in(const json::object& body, std::string_view key, bool otherwise) {
  const json::value* value = body.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

std::optional<std::int64_t> number_in(const json::object& body, std::string_view key) {
  const json::value* value = body.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<std::int64_t>();
}

std::vector<std::string> texts_in(const json::object& body, std::string_view key) {
  std::vector<std::string> texts;
  const json::value* value = body.if_contains(key);
  if (value == nullptr || !value->is_array()) return texts;
  for (const json::value& one : value->get_array()) texts.emplace_back(one.as_string());
  return texts;
}

// ---------------------------------------------------------------- reading

// GET /queue
Result<Response> list(db::Pool& pool, const Clock& clock, const Request& request) {
  const Result<http::Page> page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  store::Filter filter;
  if (const auto status = request.query_param("status")) {
    filter.status = parse_status(*status);
    if (!filter.status) return wrong_field("status", "must be a state of a queue item");
  }
  filter.target_os = request.query_param("os");
  filter.severity = request.query_param("severity");
  filter.text = request.query_param("q");
  filter.scope = access::filter_of(request.principal.scope);
  db::Tx tx(pool);
  const Mode mode = load_mode(tx);
  store::Window window{page->limit, page->offset, std::nullopt};
  if (page->cursor) {
    window.after = place_from(*page->cursor, mode);
    if (!window.after) return http::foreign_cursor();
  }
  std::vector<store::Entry> entries = store::page(tx, filter, window, mode);
  store::add_waiting(tx, entries, clock.now());
  const std::map<Status, std::int64_t> counted = store::count_by_status(tx, filter);
  return http::json_response(200, list_json(entries, counted, filter.status, *page, mode));
}

// An item with everything that is known of it; nullopt when there is none.
std::optional<json::object> item_body(db::Tx& tx, QueueId id, Time now) {
  const std::optional<store::Entry> entry = store::entry(tx, id, load_mode(tx));
  if (!entry) return std::nullopt;
  std::vector<store::Entry> one{*entry};
  store::add_waiting(tx, one, now);
  return to_json(one.front());
}

// GET /queue/{id}
Result<Response> show(db::Pool& pool, const Clock& clock, const Request& request) {
  const QueueId id{request.path_id()};
  db::Tx tx(pool);
  if (!sees(tx, request, id)) return no_such_item(id);
  std::optional<json::object> body = item_body(tx, id, clock.now());
  if (!body) return no_such_item(id);
  (*body)["test_systems"] = to_json(store::targets(tx, id));
  return http::json_response(200, *body);
}

// GET /queue/stats
Result<Response> stats(db::Pool& pool, const Request& request) {
  const auto scope = access::filter_of(request.principal.scope);
  db::Tx tx(pool);
  return http::json_response(200, stats_json(store::counts(tx, scope), store::times(tx, scope)));
}

// ---------------------------------------------------------------- adding

// Takes the errata out of the order that the caller does not see.
std::vector<SkippedErratum> take_unseen(db::Tx& tx, const Request& request, AddOrder& order) {
  std::vector<SkippedErratum> unseen;
  const auto scope = access::filter_of(request.principal.scope);
  if (!scope) return unseen;
  for (const db::Row row : tx.execute(sql::errata_out_of_sight, {store::texts(order.errata), scope})) {
    unseen.push_back({AdvisoryName{row.text("name")}, "unknown erratum"});
    std::erase(order.errata, unseen.back().erratum);
  }
  return unseen;
}

// POST /queue, POST /queue/add
Result<Response> add_errata(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults, const Request& request) {
  const json::object& body = body_of(request);
  AddOrder order;
  for (std::string& name : texts_in(body, "errata_ids")) order.errata.push_back({std::move(name)});
  if (const auto one = text_in(body, "errata_id")) order.errata.push_back({*one});
  order.target_os = text_in(body, "target_os").value_or("");
  order.priority_override = number_in(body, "priority_override").value_or(0);
  order.notes = text_in(body, "notes").value_or("");
  db::Tx tx(pool);
  const std::vector<SkippedErratum> unseen = take_unseen(tx, request, order);
  Result<AddReport> report = add(tx, order, defaults, acting_of(request, clock.now()));
  if (!report) return tl::unexpected(report.error());
  report->skipped.insert(report->skipped.end(), unseen.begin(), unseen.end());
  tx.commit();
  const bool all_added = report->already_queued.empty() && report->skipped.empty();
  return http::json_response(all_added ? 201 : 200, to_json(*report));
}

// POST /queue/sync
Result<Response> sync(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults, const Request& request) {
  const json::object& body = body_of(request);
  const std::string minimum = text_in(body, "min_severity").value_or("Medium");
  const std::optional<std::vector<std::string>> severities = severities_from(minimum);
  if (!severities) {
    return wrong_field("min_severity", "must be Critical, High, Medium, Low or Unknown");
  }
  const bool changes = flag_in(body, "auto_queue_new", true) && !flag_in(body, "dry_run", false);
  const SyncOrder order{*severities, texts_in(body, "os_filter"), flag_in(body, "exclude_already_tested", true),
                        access::filter_of(request.principal.scope)};
  db::Tx tx(pool);
  const SyncReport report = queue_missing(tx, order, defaults, acting_of(request, clock.now()));
  if (changes) tx.commit();
  return http::json_response(200, to_json(report, changes));
}

// ---------------------------------------------------------------- changing

Result<Change> asked_change(db::Tx& tx, const Item& item, const json::object& body, const Acting& acting) {
  const std::string wanted = text_in(body, "status").value_or("");
  const std::optional<Status> to = parse_status(wanted);
  if (!to || !may_person_ask(item.status, *to)) {
    return fail(ErrorCode::InvalidTransition,
                fmt::format("queue item {} ({}) is {}; a person cannot ask for {}", item.id.value, item.erratum.value,
                            to_string(item.status), wanted),
                {{"from", to_string(item.status)}, {"to", wanted}, {"possible", askable_from(item.status)}});
  }
  Change change{.item = item.id,
                .from = item.status,
                .to = *to,
                .actor = acting.actor,
                .from_address = acting.from_address,
                .reason = text_in(body, "reason").value_or(""),
                .at = acting.now};
  if (*to != Status::Superseded) return change;
  const std::optional<std::string> newer = text_in(body, "superseded_by");
  if (!newer) return wrong_field("superseded_by", "is needed with status superseded");
  if (*newer == item.erratum.value) return wrong_field("superseded_by", "must be another erratum than the item's own");
  if (!store::candidates(tx, {{*newer}}, item.target_os).front().is_known)
    return wrong_field("superseded_by", "must be an erratum that is known");
  change.superseded_by = AdvisoryName{*newer};
  return change;
}

void amend(db::Tx& tx, const Item& item, const json::object& body, const Acting& acting) {
  const std::optional<std::int64_t> priority = number_in(body, "priority_override");
  const std::optional<std::string> notes = text_in(body, "notes");
  if (!priority && !notes) return;
  tx.execute(sql::amend, {item.id, priority, notes, acting.now});
  audit::record(
      tx,
      {.actor = acting.actor,
       .from_address = acting.from_address,
       .action = "queue.amend",
       .subject_type = "queue_item",
       .subject_id = std::to_string(item.id.value),
       .before = json::object{{"priority_override", item.priority_override}, {"notes", item.notes}},
       .after = json::object{{"priority_override", priority.value_or(item.priority_override)}, {"notes", notes.value_or(item.notes)}},
       .reason = text_in(body, "reason").value_or(""),
       .at = acting.now},
      {.topic = "queue",
       .type = "queue.amended",
       .queue_id = item.id,
       .more = {{"queue_id", item.id.value}, {"errata_id", item.erratum.value}}});
}

// PATCH /queue/{id}
Result<Response> change_item(db::Pool& pool, const Clock& clock, const Request& request) {
  const QueueId id{request.path_id()};
  const json::object& body = body_of(request);
  const Acting acting = acting_of(request, clock.now());
  db::Tx tx(pool);
  const std::optional<Item> item = lock(tx, id);
  if (!item || !sees(tx, request, id)) return no_such_item(id);
  if (body.contains("status")) {
    const Result<Change> change = asked_change(tx, *item, body, acting);
    if (!change) return tl::unexpected(change.error());
    if (const Result<Status> moved = advance(tx, *change); !moved) return tl::unexpected(moved.error());
  }
  amend(tx, *item, body, acting);
  json::object answer = item_body(tx, id, acting.now).value();
  tx.commit();
  answer["new_position"] = answer["position"];
  return http::json_response(200, answer);
}

bool may_be_deleted(Status status) {
  return status == Status::Queued || status == Status::RetryPending || status == Status::Failed || status == Status::Superseded;
}

tl::unexpected<Error> must_stay(const Item& item) {
  return fail(ErrorCode::CannotDelete,
              fmt::format("queue item {} ({}) cannot be deleted: it is {}; only queued, retry_pending, failed and superseded items can be",
                          item.id.value, item.erratum.value, to_string(item.status)),
              {{"queue_id", item.id.value}, {"status", to_string(item.status)}});
}

void record_deletion(db::Tx& tx, const Item& item, const Acting& acting) {
  audit::record(tx,
                {.actor = acting.actor,
                 .from_address = acting.from_address,
                 .action = "queue.delete",
                 .subject_type = "queue_item",
                 .subject_id = std::to_string(item.id.value),
                 .before = json::object{{"status", to_string(item.status)},
                                        {"errata_id", item.erratum.value},
                                        {"target_os", item.target_os},
                                        {"priority_override", item.priority_override},
                                        {"notes", item.notes},
                                        {"created_by", item.created_by}},
                 .after = nullptr,
                 .reason = "",
                 .at = acting.now},
                {.topic = "queue", .type = "queue.deleted", .queue_id = item.id, .more = {{"queue_id", item.id.value}}});
}

// DELETE /queue/{id}
Result<Response> delete_item(db::Pool& pool, const Clock& clock, const Request& request) {
  const QueueId id{request.path_id()};
  const Acting acting = acting_of(request, clock.now());
  db::Tx tx(pool);
  const std::optional<Item> item = lock(tx, id);
  if (!item || !sees(tx, request, id)) return no_such_item(id);
  if (!may_be_deleted(item->status)) return must_stay(*item);
  tx.execute(sql::delete_item, {id, acting.now});
  record_deletion(tx, *item, acting);
  tx.commit();
  return http::json_response(200, json::object{{"deleted", true}, {"queue_id", id.value}, {"errata_id", item->erratum.value}});
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const scoring::Weights& defaults) {
  const auto reads = [&pool](auto handler) { return [&pool, handler](const Request& request) { return handler(pool, request); }; };
  const auto timed = [&pool, &clock](auto handler) {
    return [&pool, &clock, handler](const Request& request) { return handler(pool, clock, request); };
  };
  const auto scores = [&pool, &clock, defaults](auto handler) {
    return [&pool, &clock, defaults, handler](const Request& request) { return handler(pool, clock, defaults, request); };
  };
  return {
      {Method::Get, "/api/v1/queue", Permission::ReadState, timed(list)},
      {Method::Post, "/api/v1/queue", Permission::ManageQueue, scores(add_errata)},
      {Method::Post, "/api/v1/queue/add", Permission::ManageQueue, scores(add_errata)},
      {Method::Post, "/api/v1/queue/sync", Permission::ManageQueue, scores(sync)},
      {Method::Get, "/api/v1/queue/stats", Permission::ReadState, reads(stats)},
      {Method::Get, "/api/v1/queue/{id}", Permission::ReadState, timed(show)},
      {Method::Patch, "/api/v1/queue/{id}", Permission::ManageQueue, timed(change_item)},
      {Method::Delete, "/api/v1/queue/{id}", Permission::ManageQueue, timed(delete_item)},
  };
}

}  // namespace spm::queue
