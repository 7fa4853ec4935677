#include "integrations/salt/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json_access.hpp"

namespace spm::salt {
namespace {

using std::chrono::milliseconds;

// Login and look-ups hang when the master is gone (1.7), so they get less than the work itself.
constexpr milliseconds kShort{10'000};

tl::unexpected<Error> bad_answer(const std::string& message) {
  return fail_upstream(ErrorCode::SaltError, UpstreamFailure::BadAnswer, "the Salt API answered nonsense: " + message);
}

tl::unexpected<Error> refused(std::string message, int status) {
  return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Refused, std::move(message), {{"http_status", status}});
}

bool is_dead_token(const Error& error) { return error.details.contains("dead_token"); }

// return[0] of a body {"return": […]}
Result<json::value> first_return(const json::value& body) {
  const auto root = as_object(body);
  if (!root) return bad_answer(root.error().message);
  const auto list = required_array(**root, "return");
  if (!list) return bad_answer(list.error().message);
  if ((*list)->empty()) return bad_answer("an empty return list");
  return (**list)[0];
}

}  // namespace

std::string read_error_page(std::string_view html) {
  const auto heading = html.find("</h2>");
  if (heading == std::string_view::npos) return "";
  const auto begin = html.find("<p>", heading);
  if (begin == std::string_view::npos) return "";
  const auto end = html.find("</p>", begin);
  if (end == std::string_view::npos) return "";
  std::string text(html.substr(begin + 3, std::min<std::size_t>(end - begin - 3, 300)));
  for (const auto& [escaped, plain] :
       {std::pair{"&#x27;", "'"}, {"&#39;", "'"}, {"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    for (auto at = text.find(escaped); at != std::string::npos; at = text.find(escaped, at + 1))
      text.replace(at, std::string_view(escaped).size(), plain);
  }
  return text;
}

Denial read_denial(std::string_view html) {
  const auto text = read_error_page(html);
  const bool is_right_missing =
      text.find("Authorization error occurred") != std::string::npos || text.find("occurred for user") != std::string::npos;
  return is_right_missing ? Denial::NotAllowed : Denial::LogInAgain;
}

SaltSession::SaltSession(Options options, const Clock& clock, net::CallObserver observer)
    : options_(std::move(options)),
      clock_(clock),
      client_({.connect_timeout = std::min(options_.timeout, milliseconds(5'000)),
               .total_timeout = options_.timeout,
               .max_answer_bytes = 16 * 1024 * 1024,
               .verify_tls = options_.verify_tls,
               .ca_file = options_.ca_file}),
      guard_({.name = "salt", .code = ErrorCode::SaltError, .first_pause = options_.retry_pause}, clock, std::move(observer)) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
}

Result<SaltSession::Token> SaltSession::token() {
  const std::scoped_lock lock(mutex_);
  if (!token_.text.empty() && clock_.now() < token_.renew_at) return token_;
  auto fresh = log_in();
  if (fresh) token_ = *fresh;
  return fresh;
}

void SaltSession::forget(std::uint64_t generation) {
  const std::scoped_lock lock(mutex_);
  if (token_.generation == generation) token_.text.clear();  // another thread may have logged in again meanwhile
}

Result<SaltSession::Token> SaltSession::log_in() {
  net::HttpRequest request;
  request.method = "POST";
  request.url = options_.url + "/login";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = json::serialize(json::object{{"username", options_.user}, {"password", options_.password}, {"eauth", options_.eauth}});
  request.total_timeout = std::min(options_.timeout, kShort);
  auto answer = client_.send(request, ErrorCode::SaltError);
  if (!answer) {
    // Logging in twice does no harm, so a lost answer is as good as none.
    answer.error().upstream = UpstreamFailure::Unreachable;
    return tl::unexpected<Error>(answer.error());
  }
  if (answer->status == 401) {
    return refused(
        fmt::format("the Salt API refused the login of '{}' with eauth '{}': check SALT_API_USER, SALT_API_PASSWORD and SALT_API_EAUTH",
                    options_.user, options_.eauth),
        401);
  }
  if (answer->status >= 500)
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Unreachable,
                         fmt::format("the Salt API answered HTTP {} to the login: {}", answer->status, read_error_page(answer->body)));
  if (answer->status != 200) return bad_answer(fmt::format("HTTP {} to the login", answer->status));
  auto parsed = parse_json(answer->body);
  if (!parsed) return bad_answer("the login's answer is not JSON");
  auto granted = first_return(*parsed);
  if (!granted) return tl::unexpected<Error>(granted.error());
  const auto object = as_object(*granted);
  if (!object) return bad_answer(object.error().message);
  const auto text = required_string(**object, "token", {}, {.max_bytes = 256, .may_be_empty = false});
  const auto expire = required_number(**object, "expire");
  if (!text) return bad_answer(text.error().message);
  if (!expire) return bad_answer(expire.error().message);
  // {} instead of a list: the account exists and may do nothing (1.3). Every later call would fail.
  const auto* perms = (*object)->if_contains("perms");
  if (perms == nullptr || !perms->is_array() || perms->as_array().empty()) {
    return refused(
        fmt::format(
            "the Salt account '{}' has no permissions: give it cmd.run_all, saltutil.find_job, test.ping and @jobs in external_auth",
            options_.user),
        200);
  }
  // The master's clock may differ from ours: what counts is how long the token lives from now on.
  const auto start = optional_number(**object, "start");
  const double lifetime = std::clamp(*expire - (start && *start ? **start : *expire), 0.0, 30.0 * 24 * 3600);
  const auto renew_at = clock_.now() + std::chrono::microseconds(static_cast<std::int64_t>(lifetime * 0.9e6));
  return Token{*text, renew_at, token_.generation + 1};
}

Result<json::value> SaltSession::exchange_once(net::HttpRequest request) {
  auto session = token();
  if (!session) return tl::unexpected<Error>(session.error());
  request.headers.emplace_back("X-Auth-Token", session->text);
  request.headers.emplace_back("Accept", "application/json");
  auto answer = client_.send(request, ErrorCode::SaltError);
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 401) {
    const auto why = read_error_page(answer->body);
    if (read_denial(answer->body) == Denial::NotAllowed)
      return refused(fmt::format("the Salt account '{}' may not do this: {}", options_.user, why), 401);
    forget(session->generation);
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Unreachable, "the Salt API ended our session: " + why,
                         {{"dead_token", true}});
  }
  if (answer->status == 400 || answer->status == 403 || answer->status == 406) {
    return refused(fmt::format("the Salt API refused the call (HTTP {}): {}", answer->status, read_error_page(answer->body)),
                   answer->status);
  }
  if (answer->status == 503)
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Unreachable, "the Salt master is not available (HTTP 503)");
  // 500 and 504 come after the chunk was taken up: it may have run.
  if (answer->status >= 500)
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::OutcomeUnknown,
                         fmt::format("the Salt API answered HTTP {}", answer->status));
  if (answer->status != 200 && answer->status != 202) return bad_answer(fmt::format("HTTP {}", answer->status));
  auto parsed = parse_json(answer->body);
  if (!parsed) return bad_answer("HTTP 200 without JSON");
  return std::move(*parsed);
}

Result<json::value> SaltSession::exchange(const net::HttpRequest& request, std::string_view what, net::Repeat repeat) {
  return guard_.call<json::value>(what, repeat, [&]() -> Result<json::value> {
    auto answer = exchange_once(request);
    // A dead session means that nothing was done, so one more try is safe for every call; never more, or two clients would chase each
    // other.
    if (!answer && is_dead_token(answer.error())) return exchange_once(request);
    return answer;
  });
}

Result<json::value> SaltSession::post(const json::object& chunk, std::string_view what, net::Repeat repeat) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = options_.url + "/";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json::serialize(json::array{chunk});
  if (repeat == net::Repeat::Probe) request.total_timeout = std::min(options_.timeout, net::kProbeTimeout);
  auto body = exchange(request, what, repeat);
  if (body) body = first_return(*body);
  // What was asked for may have run although its answer makes no sense.
  if (!body && repeat == net::Repeat::Never && body.error().upstream == UpstreamFailure::BadAnswer)
    body.error().upstream = UpstreamFailure::OutcomeUnknown;
  return body;
}

Result<json::value> SaltSession::get(const std::string& path, std::string_view what) {
  net::HttpRequest request;
  request.url = options_.url + path;
  request.total_timeout = std::min(options_.timeout, kShort);
  return exchange(request, what, net::Repeat::Safe);
}

Result<bool> SaltSession::ensure_login() {
  auto session = token();
  if (!session) return tl::unexpected<Error>(session.error());
  return true;
}

Result<bool> SaltSession::hello() {
  net::HttpRequest request;
  request.url = options_.url + "/";
  request.headers = {{"Accept", "application/json"}};
  request.total_timeout = std::min(options_.timeout, kShort);
  auto answer = client_.send(request, ErrorCode::SaltError);
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 503)
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Unreachable, "the Salt master is not available (HTTP 503)");
  if (answer->status != 200) return bad_answer(fmt::format("HTTP {} to GET /", answer->status));
  return true;
}

}  // namespace spm::salt
