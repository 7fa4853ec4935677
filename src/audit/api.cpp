// The endpoints of /api/v1/audit. Nothing can be changed through them; reading the export is itself on record.

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <memory>

#include "audit/audit.hpp"
#include "audit/store.hpp"
#include "base/json_write.hpp"
#include "http/field_errors.hpp"
#include "http/page.hpp"

namespace spm::audit {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

constexpr std::int64_t kExportPiece = 5000;  // rows

std::string like_pattern(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

std::optional<Time> time_in(const Request& request, std::string_view name) {
  const auto text = request.query_param(name);
  return text ? std::optional(parse_time(*text).value()) : std::nullopt;  // a time already, by the contract
}

store::Filter filter_of(const Request& request) {
  const auto text = request.query_param("q");
  return {request.query_param("actor"),
          request.query_param("action"),
          request.query_param("subject_type"),
          request.query_param("subject_id"),
          time_in(request, "from"),
          time_in(request, "to"),
          text ? std::optional(like_pattern(*text)) : std::nullopt};
}

json::object shown(const db::Row& row) {
  return {{"id", row.integer("id")},
          {"at", format_time(row.time("at"))},
          {"actor", row.text("actor")},
          {"from_address", row.text("from_address")},
          {"action", row.text("action")},
          {"subject_type", row.text("subject_type")},
          {"subject_id", row.text("subject_id")},
          {"before", row.is_null("before") ? json::value(nullptr) : row.json_value("before")},
          {"after", row.is_null("after") ? json::value(nullptr) : row.json_value("after")},
          {"reason", row.text("reason")}};
}

// GET /audit
Result<Response> list(db::Pool& pool, const Clock&, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  std::optional<std::int64_t> before_id;
  if (page->cursor) {
    if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) {
      http::FieldErrors errors;
      errors.add("cursor", "belongs to another list; start from the first page");
      return tl::unexpected(errors.to_error());
    }
    before_id = page->cursor->front().get_int64();
  }
  const auto filter = filter_of(request);
  db::Tx tx(pool);
  const auto rows = store::page_of_lines(tx, filter, before_id, page->limit, page->offset);
  json::array items;
  for (const auto row : rows) items.push_back(shown(row));
  std::optional<std::string> next;
  if (static_cast<std::int64_t>(rows.size()) == page->limit) next = http::encode_cursor({rows[rows.size() - 1].integer("id")});
  return http::json_response(200, http::list_answer(std::move(items), store::count_lines(tx, filter), *page, next));
}

// GET /audit/verify
Result<Response> show_proof(db::Pool& pool, const Clock& clock, const Request&) {
  const auto proof = verify(pool);
  return http::json_response(200, json::object{{"valid", proof.valid},
                                               {"rows", proof.rows},
                                               {"first_broken_id", or_null(proof.first_broken_id)},
                                               {"reason", proof.reason},
                                               {"head_hash", proof.head_hash},
                                               {"verified_at", format_time(clock.now())}});
}

// ---------------------------------------------------------------- export

// before and after are pasted as the texts that the hash was taken over.
std::string as_json_line(const store::Link& link) {
  const auto& line = *link.line;
  json::object shown{{"position", link.position},
                     {"hash", link.hash},
                     {"id", line.id},
                     {"at", format_time(*link.at)},
                     {"actor", line.actor},
                     {"from_address", line.from_address},
                     {"action", line.action},
                     {"subject_type", line.subject_type},
                     {"subject_id", line.subject_id},
                     {"reason", line.reason},
                     {"at_microseconds", std::stoll(line.at_micros)}};
  auto text = json::serialize(shown);
  text.pop_back();
  return fmt::format("{},\"before\":{},\"after\":{}}}\n", text, line.before.value_or("null"), line.after.value_or("null"));
}

// RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe in front.
std::string cell(std::string_view text) {
  std::string quoted = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) quoted += '\'';
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

constexpr std::string_view kCsvHeader = "position,id,at,actor,from_address,action,subject_type,subject_id,before,after,reason,hash\r\n";

std::string as_csv_line(const store::Link& link) {
  const auto& line = *link.line;
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\r\n", link.position, line.id, format_time(*link.at), cell(line.actor),
                     cell(line.from_address), cell(line.action), cell(line.subject_type), cell(line.subject_id),
                     cell(line.before.value_or("")), cell(line.after.value_or("")), cell(line.reason), link.hash);
}

// The next piece of an export, in the chain's order, of what was there when it began.
struct Export {
  db::Pool& pool;
  store::Filter filter;
  bool is_csv = false;
  std::int64_t last_position = 0;
  std::int64_t position = 0;

  http::Piece next() {
    db::Tx tx(pool);
    const auto links = store::linked_lines(tx, filter, position, last_position, kExportPiece);
    http::Piece piece;
    for (const auto& link : links) {
      position = link.position;
      if (link.line) piece.text += is_csv ? as_csv_line(link) : as_json_line(link);
    }
    piece.is_last = static_cast<std::int64_t>(links.size()) < kExportPiece;
    return piece;
  }
};

void record_export(db::Tx& tx, const Request& request, const std::string& format, Time now) {
  json::object asked{{"format", format}};
  for (const auto& [key, value] : request.query) asked[key] = value;
  append(tx, {.actor = request.principal.actor,
              .from_address = request.remote_address,
              .action = "audit.export",
              .subject_type = "audit_log",
              .subject_id = "",
              .before = nullptr,
              .after = std::move(asked),
              .reason = "",
              .at = now});
}

// GET /audit/export
Result<Response> export_lines(db::Pool& pool, const Clock& clock, const Request& request) {
  const auto format = request.query_param("format").value_or("ndjson");
  db::Tx tx(pool);
  Export lines{pool, filter_of(request), format == "csv", store::head(tx).position};
  record_export(tx, request, format, clock.now());
  tx.commit();
  auto response = lines.is_csv ? http::text_response(200, std::string(kCsvHeader), "text/csv; charset=utf-8")
                               : http::text_response(200, "", "application/x-ndjson");
  response.headers.emplace("Content-Disposition", fmt::format("attachment; filename=\"audit.{}\"", format));
  response.next_piece = [lines]() mutable { return lines.next(); };
  return response;
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock) {
  const auto with = [&pool, &clock](auto handler) {
    return [&pool, &clock, handler](const Request& request) { return handler(pool, clock, request); };
  };
  return {
      {Method::Get, "/api/v1/audit", Permission::ReadAudit, with(list)},
      {Method::Get, "/api/v1/audit/verify", Permission::ReadAudit, with(show_proof)},
      {Method::Get, "/api/v1/audit/export", Permission::ReadAudit, with(export_lines)},
  };
}

}  // namespace spm::audit
