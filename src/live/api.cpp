// GET /events.

#include <fmt/format.h>

#include <charconv>
#include <memory>

#include "http/page.hpp"
#include "http/server_sent.hpp"
#include "live/events.hpp"
#include "live/live.hpp"
#include "outbox/outbox.hpp"

namespace spm::live {
namespace {

using http::Request;
using http::Response;

constexpr int kAtOnce = 500;
constexpr std::chrono::minutes kStreamFor{10};
// Proxies cut connections on which nothing moves for a minute.
constexpr std::chrono::seconds kSignOfLife{15};

// Where one reader stands.
struct Reader {
  std::vector<std::string> topics;
  access::Principal principal;
  std::int64_t after = 0;
  Time until;
  Time silent_since;
};

// "Last-Event-ID" is what a browser sends when it comes back; the contract has checked both.
std::optional<std::int64_t> last_seen(const Request& request) {
  auto text = request.header("Last-Event-ID");
  if (!text) text = request.query_param("after");
  if (!text) return std::nullopt;
  std::int64_t id = 0;
  std::from_chars(text->data(), text->data() + text->size(), id);
  return id;
}

std::vector<std::string> topics_in(const Request& request) {
  std::vector<std::string> topics;
  const auto [first, last] = request.query.equal_range("topics");
  for (auto topic = first; topic != last; ++topic) topics.push_back(topic->second);
  return topics;
}

http::Piece piece_for(db::Pool& pool, const Clock& clock, Reader& reader) {
  const auto now = clock.now();
  db::Tx tx(pool);
  auto events = outbox::read_after(tx, reader.after, reader.topics, kAtOnce);
  if (!events.empty()) reader.after = events.back().id;
  http::Piece piece;
  for (const auto& event : seen_by(tx, reader.principal, std::move(events)))
    piece.text += http::server_sent(event.id, event.topic, event_json(event));
  if (piece.text.empty() && now - reader.silent_since >= kSignOfLife) piece.text = ":\n\n";
  if (!piece.text.empty()) reader.silent_since = now;
  piece.is_last = now >= reader.until;
  return piece;
}

Result<Response> stream(db::Pool& pool, const Clock& clock, const Request& request) {
  const auto now = clock.now();
  Reader reader{topics_in(request), request.principal, 0, now + kStreamFor, now};
  const auto last = last_seen(request);
  {
    db::Tx tx(pool);
    reader.after = last ? *last : outbox::position(tx);
  }
  auto response = http::text_response(200, "retry: 2000\n\n", "text/event-stream");
  response.body += http::server_sent(reader.after, "ready", {{"last_id", reader.after}});
  response.next_piece = [&pool, &clock, reader]() mutable { return piece_for(pool, clock, reader); };
  return response;
}

Result<Response> page(db::Pool& pool, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  const auto topics = topics_in(request);
  const auto limit = static_cast<int>(page->limit);
  const auto last = last_seen(request);
  db::Tx tx(pool);
  const auto end = outbox::position(tx);
  auto events = last ? outbox::read_after(tx, *last, topics, limit) : outbox::newest(tx, topics, limit);
  const auto last_id = !events.empty() ? events.back().id : std::max(end, last.value_or(0));
  json::array items;
  for (const auto& event : seen_by(tx, request.principal, std::move(events))) items.push_back(event_json(event));
  return http::json_response(200, json::object{{"items", std::move(items)}, {"last_id", last_id}});
}

// GET /events
Result<Response> show(db::Pool& pool, const Clock& clock, const Request& request) {
  const auto accepted = request.header("Accept").value_or("");
  return accepted.find("text/event-stream") != std::string::npos ? stream(pool, clock, request) : page(pool, request);
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock) {
  return {{http::Method::Get, "/api/v1/events", access::Permission::ReadState,
           [&pool, &clock](const Request& request) { return show(pool, clock, request); }}};
}

}  // namespace spm::live
