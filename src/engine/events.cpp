#include "engine/events.hpp"

#include <fmt/format.h>

#include "engine/engine_sql.hpp"
#include "http/server_sent.hpp"

namespace spm::engine {
namespace {

constexpr int kAtOnce = 500;

struct News {
  std::vector<outbox::Event> events;
  bool is_over = false;  // nothing will come after these
};

// The state is read first: a run that has ended by then has published all there is.
Result<News> read_news(db::Tx& tx, TestId test, std::int64_t after) {
  const auto rows = tx.execute(sql::status_of_test, {test});
  if (rows.empty()) return fail(ErrorCode::NotFound, fmt::format("there is no test {}", test.value));
  News news;
  news.events = outbox::of_test_after(tx, test, after, kAtOnce);
  news.is_over = rows[0].text("status") != "running" && news.events.size() < kAtOnce;
  return news;
}

std::string as_server_sent(const outbox::Event& event) {
  const auto body = event_json(event);
  const auto* type = body.if_contains("type");
  const std::string name = type != nullptr && type->is_string() ? std::string(type->get_string()) : "event";
  return http::server_sent(event.id, name, body);
}

http::Piece piece_of(const News& news, std::int64_t& after) {
  http::Piece piece;
  for (const auto& event : news.events) {
    piece.text += as_server_sent(event);
    after = event.id;
  }
  piece.is_last = news.is_over;
  if (piece.is_last) piece.text += "event: end\ndata: {}\n\n";
  return piece;
}

}  // namespace

json::object event_json(const outbox::Event& event) {
  json::object entry = event.payload;
  entry["id"] = event.id;
  entry["at"] = format_time(event.at);
  return entry;
}

Result<json::object> events_after(db::Tx& tx, TestId test, std::int64_t after) {
  const auto news = read_news(tx, test, after);
  if (!news) return tl::unexpected(news.error());
  json::array items;
  for (const auto& event : news->events) items.push_back(event_json(event));
  const auto last_id = news->events.empty() ? after : news->events.back().id;
  return json::object{{"items", std::move(items)}, {"last_id", last_id}, {"is_over", news->is_over}};
}

Result<http::Response> live_events(db::Pool& pool, TestId test, std::int64_t after) {
  {
    db::Tx tx(pool);
    if (const auto known = read_news(tx, test, after); !known) return tl::unexpected(known.error());
  }
  http::Response response = http::text_response(200, "retry: 2000\n\n", "text/event-stream");
  response.next_piece = [&pool, test, after]() mutable {
    db::Tx tx(pool);
    const auto news = read_news(tx, test, after);
    return news ? piece_of(*news, after) : http::Piece{"", true};
  };
  return response;
}

}  // namespace spm::engine
