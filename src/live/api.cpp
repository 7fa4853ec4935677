// GET /events.

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
  Time next_pulse;
};

struct Context {
  db::Pool& pool;
  const Clock& clock;
  Pulse pulse;
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

// Whoever chose topics wants nothing else: an empty comment has to do.
std::string sign_of_life(const Context& context, const Reader& reader) {
  return reader.topics.empty() ? http::server_sent(std::nullopt, "pulse", context.pulse()) : ":\n\n";
}

http::Piece piece_for(const Context& context, Reader& reader) {
  const auto now = context.clock.now();
  http::Piece piece;
  if (now >= reader.next_pulse) {
    piece.text = sign_of_life(context, reader);
    reader.next_pulse = now + kSignOfLife;
  }
  db::Tx tx(context.pool);
  auto events = outbox::read_after(tx, reader.after, reader.topics, kAtOnce);
  if (!events.empty()) reader.after = events.back().id;
  for (const auto& event : seen_by(tx, reader.principal, std::move(events)))
    piece.text += http::server_sent(event.id, event.topic, event_json(event));
  piece.is_last = now >= reader.until;
  return piece;
}

Result<Response> stream(const Context& context, const Request& request) {
  const auto now = context.clock.now();
  Reader reader{topics_in(request), request.principal, 0, now + kStreamFor, now + kSignOfLife};
  const auto last = last_seen(request);
  {
    db::Tx tx(context.pool);
    reader.after = last ? *last : outbox::position(tx);
  }
  auto response = http::text_response(200, "retry: 2000\n\n", "text/event-stream");
  response.body += http::server_sent(reader.after, "ready", {{"last_id", reader.after}});
  response.next_piece = [context, reader]() mutable { return piece_for(context, reader); };
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
Result<Response> show(const Context& context, const Request& request) {
  const auto accepted = request.header("Accept").value_or("");
  return accepted.find("text/event-stream") != std::string::npos ? stream(context, request) : page(context.pool, request);
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, Pulse pulse) {
  const Context context{pool, clock, std::move(pulse)};
  return {{http::Method::Get, "/api/v1/events", access::Permission::ReadState,
           [context](const Request& request) { return show(context, request); }}};
}

}  // namespace spm::live
