#include "http/dispatcher.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <utility>

#include "db/db.hpp"
#include "http/problem.hpp"
#include "log/log.hpp"

namespace spm::http {
namespace {

constexpr std::string_view kLogger = "http";
constexpr std::string_view kIdempotencyKey = "Idempotency-Key";
constexpr std::size_t kMaxShownPath = 200;
constexpr std::string_view kQueryCanceled = "57014";  // statement_timeout

// A browser that is shown an answer of the API must neither guess its type, keep it, frame it nor run anything in it.
void add_security_headers(Headers& headers) {
  constexpr std::pair<std::string_view, std::string_view> kHeaders[] = {
      {"X-Content-Type-Options", "nosniff"},
      {"Cache-Control", "no-store"},
      {"Referrer-Policy", "no-referrer"},
      {"X-Frame-Options", "DENY"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"}};
  for (const auto& [name, value] : kHeaders) {
    if (!headers.contains(name)) headers.emplace(name, value);
  }
}

Error unavailable() {
  return {ErrorCode::ServiceUnavailable, "the database cannot answer at the moment; try again in a few seconds", {}, UpstreamFailure::None};
}

Error internal() { return {ErrorCode::InternalError, "", {}, UpstreamFailure::None}; }

// Called in a catch block: logs what was thrown and says what the caller may know of it.
Error error_of_exception(const Request& request) {
  try {
    throw;
  } catch (const db::DatabaseError& error) {
    log::error(kLogger, "the database failed a request", {{"path", request.path}, {"cause", error.what()}, {"sqlstate", error.sqlstate()}});
    const bool is_passing = error.is_connection_lost() || error.is_serialization() || error.sqlstate() == kQueryCanceled;
    return is_passing ? unavailable() : internal();
  } catch (const std::exception& error) {
    log::error(kLogger, "a request failed for a bug", {{"path", request.path}, {"cause", error.what()}});
    return internal();
  } catch (...) {
    log::error(kLogger, "a request failed for a bug", {{"path", request.path}, {"cause", "something that is no exception was thrown"}});
    return internal();
  }
}

}  // namespace

Dispatcher::Dispatcher(DispatcherOptions options, Contract contract, const Clock& clock)
    : authenticate_(std::move(options.authenticate)),
      run_once_(std::move(options.run_once)),
      observer_(std::move(options.observer)),
      answer_check_(options.answer_check),
      router_(std::move(options.endpoints)),
      contract_(std::move(contract)),
      clock_(clock) {}

Reply Dispatcher::handle(Request& request) const {
  const log::Scope scope({{"request_id", request.request_id}});
  const auto begin = std::chrono::steady_clock::now();
  std::string_view route;
  auto response = answer(request, route);
  add_security_headers(response.headers);
  if (observer_) {
    const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    observer_({request.method, route, response.status, duration, request.request_id, request.principal.actor, request.remote_address});
  }
  return {std::move(response), {}, Delivery::Whole};
}

Response Dispatcher::answer(Request& request, std::string_view& route) const {
  auto search = router_.find(request.method, request.path);
  if (const auto* wrong = std::get_if<WrongMethod>(&search)) {
    const auto message =
        fmt::format("{} does not take {}; it takes {}", request.path.substr(0, kMaxShownPath), to_string(request.method), wrong->allow);
    auto response = shaped(request, {ErrorCode::MethodNotAllowed, message, {}, UpstreamFailure::None});
    response.headers.emplace("Allow", wrong->allow);
    return response;
  }
  if (std::holds_alternative<NoSuchPath>(search)) {
    const auto message = fmt::format("there is nothing at {}", request.path.substr(0, kMaxShownPath));
    return shaped(request, {ErrorCode::NotFound, message, {}, UpstreamFailure::None});
  }
  auto& found = std::get<Route>(search);
  route = found.endpoint->path;
  request.path_params = std::move(found.path_params);
  try {
    auto result = serve(request, *found.endpoint);
    return checked(request, *found.endpoint, result ? std::move(*result) : shaped(request, result.error()));
  } catch (...) {
    return shaped(request, error_of_exception(request));
  }
}

Result<Response> Dispatcher::serve(Request& request, const Endpoint& endpoint) const {
  if (endpoint.permission != access::Permission::Open) {
    const auto principal = authenticate_(request);
    if (!principal) return tl::unexpected<Error>(principal.error());
    request.principal = *principal;
    if (!access::may(*principal, endpoint.permission)) {
      return fail(ErrorCode::Forbidden,
                  fmt::format("{} may not do this: it needs the permission {}", principal->actor, access::to_string(endpoint.permission)));
    }
  }
  if (const auto fits = contract_.validate(request, endpoint.path); !fits) return tl::unexpected<Error>(fits.error());
  return run(request, endpoint);
}

Result<Response> Dispatcher::run(const Request& request, const Endpoint& endpoint) const {
  const auto key = request.header(kIdempotencyKey);
  if (!key || !run_once_ || !contract_.takes_header(request.method, endpoint.path, kIdempotencyKey)) return endpoint.handle(request);
  const auto route = fmt::format("{} {}", to_string(request.method), request.path);
  return run_once_(request, *key, route, [&] { return endpoint.handle(request); });
}

Response Dispatcher::checked(const Request& request, const Endpoint& endpoint, Response response) const {
  if (answer_check_ == AnswerCheck::Off) return response;
  const auto problems = contract_.check_response(request.method, endpoint.path, response);
  if (problems.empty()) return response;
  log::error(kLogger, "an answer contradicts the contract",
             {{"path", request.path}, {"problems", fmt::format("{}", fmt::join(problems, "; "))}});
  return shaped(request, internal());
}

Response Dispatcher::shaped(const Request& request, const Error& error) const {
  // The cause of an internal error goes to the log alone; one that was thrown is there already and has no message.
  if (error.code == ErrorCode::InternalError && !error.message.empty()) {
    log::error(kLogger, "a request failed", {{"path", request.path}, {"cause", error.message}});
  }
  return problem(error, request.request_id, clock_.now());
}

}  // namespace spm::http
