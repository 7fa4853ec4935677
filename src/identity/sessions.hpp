#pragma once
// Sessions: opening, showing, ending them, and the cookie. Used inside this slice only.

#include <optional>
#include <string>

#include "http/message.hpp"
#include "identity/users.hpp"

namespace spm::identity {

inline constexpr std::string_view kSessionCookie = "spm_session";
inline constexpr std::string_view kEndSessionUrl = "end_session_url";  // what is sealed in that column

struct Opened {
  std::int64_t id = 0;
  std::string token;  // for the cookie; not stored
  Time expires_at;
};

struct From {
  std::string address;
  std::string user_agent;
};
[[nodiscard]] From from_of(const http::Request& request);

[[nodiscard]] Opened open_session(db::Tx& tx, std::int64_t user, const From& from, const Settings& settings, Time now);

// The value of a cookie; nullopt when the browser did not send it.
[[nodiscard]] std::optional<std::string> cookie_of(const http::Request& request, std::string_view name);
[[nodiscard]] std::string session_cookie(const std::string& token, const Settings& settings);
[[nodiscard]] std::string no_session_cookie(const Settings& settings);

// A page of the user's sessions that are alive, newest first. `current`: the one that asks.
[[nodiscard]] Result<json::object> sessions_json(db::Tx& tx, std::int64_t user, std::optional<std::int64_t> current,
                                                 const Settings& settings, const http::Request& request, Time now);
// not_found when the user has no such session.
[[nodiscard]] Result<void> end_session(db::Tx& tx, const User& user, std::int64_t session, const Acting& acting);

}  // namespace spm::identity
