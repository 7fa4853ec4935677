#include "identity/sessions.hpp"

#include <fmt/format.h>

#include "auth/token.hpp"
#include "base/json_write.hpp"
#include "http/page.hpp"
#include "identity/identity_sql.hpp"
#include "identity/paging.hpp"

namespace spm::identity {
namespace {

constexpr std::size_t kMaxUserAgent = 256;

json::object to_json(const db::Row& row, std::optional<std::int64_t> current) {
  return {{"id", row.integer("id")},
          {"method", row.text("method")},
          {"from_address", row.text("from_address")},
          {"user_agent", row.text("user_agent")},
          {"created_at", format_time(row.time("created_at"))},
          {"last_seen_at", format_time(row.time("seen_at"))},
          {"expires_at", format_time(row.time("expires_at"))},
          {"is_current", current == row.integer("id")}};
}

std::string cookie(std::string_view value, std::string_view more, const Settings& settings) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", kSessionCookie, value, settings.secure_cookies ? "; Secure" : "",
                     more);
}

// What a browser sends about itself may be anything; the database takes text only.
std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && out.size() < kMaxUserAgent) out += c;
  }
  return out;
}

}  // namespace

From from_of(const http::Request& request) { return {request.remote_address, printable(request.header("User-Agent").value_or(""))}; }

Opened open_session(db::Tx& tx, std::int64_t user, const From& from, const Settings& settings, Time now) {
  Opened opened{0, auth::random_token(), now + settings.session_longest};
  const auto rows =
      tx.execute(sql::insert_session, {user, auth::token_hash(opened.token), from.address, from.user_agent, now, opened.expires_at});
  opened.id = rows[0].integer("id");
  (void)tx.execute(sql::record_login, {user, now});
  return opened;
}

std::string open_session(db::Pool& pool, std::int64_t user, const Settings& settings, Time now) {
  db::Tx tx(pool);
  auto opened = open_session(tx, user, {"", ""}, settings, now);
  tx.commit();
  return opened.token;
}

std::optional<std::string> cookie_of(const http::Request& request, std::string_view name) {
  const auto [first, last] = request.headers.equal_range("Cookie");
  for (auto header = first; header != last; ++header) {
    std::string_view rest = header->second;
    while (!rest.empty()) {
      auto pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) return std::string(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

std::string session_cookie(const std::string& token, const Settings& settings) { return cookie(token, "", settings); }
std::string no_session_cookie(const Settings& settings) { return cookie("", "; Max-Age=0", settings); }

Result<json::object> sessions_json(db::Tx& tx, std::int64_t user, std::optional<std::int64_t> current, const Settings& settings,
                                   const http::Request& request, Time now) {
  const auto page = page_by_id(request);
  if (!page) return tl::unexpected(page.error());
  const Time idle_since = now - settings.session_idle;
  const auto rows = tx.execute(sql::page_of_sessions, {user, now, idle_since, page->after, page->page.limit, page->page.offset});
  const auto total = tx.execute(sql::count_sessions, {user, now, idle_since})[0].integer("total");
  return page_json(rows, total, *page, [&](const db::Row& row) { return to_json(row, current); });
}

Result<void> end_session(db::Tx& tx, const User& user, std::int64_t session, const Acting& acting) {
  const auto ended = tx.execute(sql::end_session, {session, user.id, acting.now}).affected();
  if (ended == 0) return fail(ErrorCode::NotFound, fmt::format("{} has no session {}", user.username, session));
  record(tx, acting, "session.end", "user", user.username, json::object{{"session_id", session}}, nullptr);
  return {};
}

}  // namespace spm::identity
