#include "integrations/uyuni/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "integrations/uyuni/faults.hpp"

namespace spm::uyuni {
namespace {

using xmlrpc::Answer;
using xmlrpc::Array;
using xmlrpc::Fault;
using xmlrpc::Value;

constexpr std::chrono::milliseconds kLoginTimeout{15'000};
constexpr std::size_t kMaxAnswerBytes = 32 * 1024 * 1024;

std::string endpoint_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url.ends_with("/rpc/api") ? url : url + "/rpc/api";
}

net::HttpClientOptions http_options(const UyuniOptions& options) {
  net::HttpClientOptions http;
  http.total_timeout = options.timeout;
  http.max_answer_bytes = kMaxAnswerBytes;
  http.verify_tls = options.verify_tls;
  http.ca_file = options.ca_file;
  return http;
}

net::GuardOptions guard_options(const UyuniOptions& options) {
  net::GuardOptions guard;
  guard.name = "uyuni";
  guard.code = ErrorCode::UyuniError;
  guard.first_pause = options.retry_pause;
  return guard;
}

// 503: the front end found nobody to ask. Other 5xx come also when it grew tired of waiting (uyuni-xmlrpc 16, 18).
UpstreamFailure failure_of_status(int status) {
  if (status == 503 || status == 429) return UpstreamFailure::Unreachable;
  return status >= 500 ? UpstreamFailure::OutcomeUnknown : UpstreamFailure::Refused;
}

tl::unexpected<Error> status_error(const std::string& method, int status) {
  const std::string_view advice =
      status >= 500 ? "its front end works, the server behind it does not" : "check the URL of UYUNI: this is not its API";
  return fail_upstream(ErrorCode::UyuniError, failure_of_status(status),
                       fmt::format("UYUNI answered {} with HTTP status {}: {}", method, status, advice));
}

}  // namespace

UyuniClient::UyuniClient(UyuniOptions options, const Clock& clock, net::CallObserver observer)
    : options_(std::move(options)),
      clock_(clock),
      observer_(observer),
      http_(http_options(options_)),
      guard_(guard_options(options_), clock, observer) {
  options_.url = endpoint_of(std::move(options_.url));
}

Result<Value> UyuniClient::call(const std::string& method, Array params, net::Repeat repeat, Timeout timeout) {
  return guard_.call<Value>(method, repeat, [&] { return call_in_session(method, params, repeat, timeout); });
}

Result<Value> UyuniClient::call_without_session(const std::string& method, Timeout timeout) {
  return guard_.call<Value>(method, net::Repeat::Probe, [&]() -> Result<Value> {
    auto answer = exchange({method, {}}, net::Repeat::Probe, timeout);
    if (!answer) return tl::unexpected<Error>(std::move(answer.error()));
    if (const auto* fault = std::get_if<Fault>(&*answer)) return tl::unexpected<Error>(error_of(*fault, method, options_.user));
    return std::get<Value>(std::move(*answer));
  });
}

Result<Value> UyuniClient::call_in_session(const std::string& method, const Array& params, net::Repeat repeat, Timeout timeout) {
  for (int round = 1;; ++round) {
    const auto key = session();
    if (!key) return tl::unexpected<Error>(key.error());
    xmlrpc::Call call{method, {Value(*key)}};
    call.params.insert(call.params.end(), params.begin(), params.end());
    auto answer = exchange(call, repeat, timeout);
    if (!answer) return tl::unexpected<Error>(std::move(answer.error()));
    if (auto* value = std::get_if<Value>(&*answer)) return std::move(*value);
    const auto& fault = std::get<Fault>(*answer);
    if (!is_session_lost(fault)) return tl::unexpected<Error>(error_of(fault, method, options_.user));
    forget(*key);
    if (round == 2) {
      return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::Unreachable,
                           fmt::format("UYUNI does not know the session that it opened a moment ago; {} was not done", method));
    }
  }
}

Result<Answer> UyuniClient::exchange(const xmlrpc::Call& call, net::Repeat repeat, Timeout timeout) const {
  net::HttpRequest request;
  request.method = "POST";
  request.url = options_.url;
  request.headers = {{"Content-Type", "text/xml"}, {"Accept", "text/xml"}};
  request.body = xmlrpc::write_call(call);
  request.total_timeout = timeout;
  const bool writes = repeat == net::Repeat::Never;
  auto http = http_.send(request, ErrorCode::UyuniError);
  if (!http) {
    http.error().message = fmt::format("UYUNI, {}: {}", call.method, http.error().message);
    if (writes && http.error().upstream == UpstreamFailure::BadAnswer) http.error().upstream = UpstreamFailure::OutcomeUnknown;
    return tl::unexpected<Error>(std::move(http.error()));
  }
  if (http->status != 200) return status_error(call.method, http->status);
  auto answer = xmlrpc::parse_answer(http->body);
  if (answer) return std::move(*answer);
  return fail_upstream(ErrorCode::UyuniError, writes ? UpstreamFailure::OutcomeUnknown : UpstreamFailure::BadAnswer,
                       fmt::format("UYUNI's answer to {} cannot be read: {}", call.method, answer.error().message));
}

Result<std::string> UyuniClient::session() {
  const auto attempts_before = login_attempts_.load();
  const std::lock_guard lock(session_mutex_);
  if (!session_key_.empty()) return session_key_;
  // Whoever waited for somebody's failed login shares its error: with UYUNI down the waiting would add up otherwise.
  if (login_attempts_.load() != attempts_before) return tl::unexpected<Error>(login_error_);
  auto key = login();
  if (key) {
    session_key_ = *key;
  } else {
    login_error_ = key.error();
  }
  ++login_attempts_;
  return key;
}

void UyuniClient::forget(const std::string& key) {
  const std::lock_guard lock(session_mutex_);
  if (session_key_ == key) session_key_.clear();
}

Result<std::string> UyuniClient::login() {
  const std::string method = "auth.login";
  const auto begin = std::chrono::steady_clock::now();
  auto answer =
      exchange({method, {Value(options_.user), Value(options_.password)}}, net::Repeat::Safe, std::min(kLoginTimeout, options_.timeout));
  Result<std::string> key =
      tl::unexpected<Error>(Error{ErrorCode::UyuniError, "UYUNI's answer to auth.login is no session key", {}, UpstreamFailure::BadAnswer});
  if (!answer) {
    key = tl::unexpected<Error>(std::move(answer.error()));
  } else if (const auto* fault = std::get_if<Fault>(&*answer)) {
    key = tl::unexpected<Error>(error_of(*fault, method, options_.user));
  } else if (const auto* text = std::get<Value>(*answer).string(); text != nullptr && !text->empty() && text->size() <= 200) {
    key = *text;
  }
  if (observer_) {
    observer_("uyuni", method, key ? "ok" : to_string(key.error().upstream),
              std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin));
  }
  return key;
}

}  // namespace spm::uyuni
