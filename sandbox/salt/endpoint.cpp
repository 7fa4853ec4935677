#include "sandbox/salt/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sandbox/salt/job_views.hpp"
#include "sandbox/salt/pages.hpp"

namespace spm::sandbox::salt {
namespace {

constexpr auto kTokenLife = std::chrono::seconds(43'200);
constexpr auto kSessionIdle = std::chrono::minutes(600);
constexpr const char* kNoPermission = "No permission -- see authorization schemes";
constexpr const char* kBadCredentials = "Could not authenticate using provided credentials";

// Without Content-Length (a chunked upload) CherryPy sees no body at all.
std::variant<json::array, http::Reply> read_lowstate(const http::Request& request) {
  const auto type = request.header("Content-Type").value_or("");
  const auto media = type.substr(0, type.find(';'));
  if (media != "application/json" && media != "text/plain" && !media.empty()) return error_page(406, "Content type not supported");
  if (!request.header("Content-Length") || request.body.empty()) return error_page(400, "Lowstates must be a list");
  boost::system::error_code error;
  const json::value parsed = json::parse(request.body, error);
  if (error) return error_page(400, "Invalid JSON document");
  if (parsed.is_object()) return json::array{parsed};
  if (parsed.is_array()) return parsed.get_array();
  return error_page(400, "Lowstates must be a list");
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string cookie_token(const http::Request& request) {
  const auto cookie = request.header("Cookie").value_or("");
  const auto at = cookie.find("session_id=");
  return at == std::string::npos ? "" : cookie.substr(at + 11, cookie.find(';', at) - at - 11);
}

double unix_seconds(Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

}  // namespace

http::Reply Endpoint::handle(const http::Request& request) {
  http::Reply reply;
  simulation_.with([&](const Simulation::View& view) {
    const bool post = request.method == http::Method::Post;
    if (!post && request.method != http::Method::Get)
      reply = error_page(406, "Content type not supported");
    else if (request.path == "/" && !post)
      reply = json_page(
          200,
          {{"return", "Welcome"},
           {"clients", {"local", "local_async", "local_batch", "local_subset", "runner", "runner_async", "ssh", "wheel", "wheel_async"}}});
    else if (request.path == "/login")
      reply = login(request, view);
    else if (request.path == "/logout" && post)
      reply = logout(request);
    else if (request.path == "/" || (request.path == "/minions" && post))
      reply = lowstate(request, view, request.path == "/minions");
    else if (request.path.starts_with("/jobs/") && !post)
      reply = job(request, view);
    else
      reply = error_page(404, fmt::format("The path '{}' was not found.", request.path));
  });
  return reply;
}

void Endpoint::drop_sessions() {
  simulation_.with([&](const Simulation::View&) { sessions_.clear(); });
}

Endpoint::Session* Endpoint::find_session(const http::Request& request, Time now) {
  auto token = request.header("X-Auth-Token").value_or("");
  if (token.empty()) token = cookie_token(request);
  const auto found = sessions_.find(token);
  if (found == sessions_.end() || found->second.idle_until < now) return nullptr;
  found->second.idle_until = now + kSessionIdle;
  return &found->second;
}

http::Reply Endpoint::login(const http::Request& request, const Simulation::View& view) {
  const auto token = view.world.random_hex(40);
  if (request.method != http::Method::Post) {
    auto reply = json_page(200, {{"status", nullptr}, {"return", "Please log in"}});
    reply.response.headers.emplace("Www-Authenticate", "Session");
    set_session_cookie(reply, token);
    return reply;
  }
  if (request.body.empty()) return unexpected_error();
  auto parsed = read_lowstate(request);
  if (auto* error = std::get_if<http::Reply>(&parsed)) return std::move(*error);
  const auto& chunks = std::get<json::array>(parsed);
  const bool one = !chunks.empty() && chunks.front().is_object();
  const json::object credentials = one ? chunks.front().get_object() : json::object{};
  const bool known = text_of(credentials, "username") == spec_.user && text_of(credentials, "password") == spec_.password &&
                     text_of(credentials, "eauth") == spec_.eauth;
  if (!known) {
    auto reply = error_page(401, kBadCredentials);
    set_session_cookie(reply, token);  // a session of nobody, also after a failed login
    return reply;
  }
  const Time now = view.world.now();
  sessions_[token] = {spec_.user, now + kTokenLife, now + kSessionIdle};
  auto reply = json_page(200, {{"return",
                                {{{"token", token},
                                  {"start", unix_seconds(now)},
                                  {"expire", unix_seconds(now + kTokenLife)},
                                  {"user", spec_.user},
                                  {"eauth", spec_.eauth},
                                  {"perms", {".*", "@jobs", "@runner"}}}}}});
  reply.response.headers.emplace("X-Auth-Token", token);
  set_session_cookie(reply, token);
  return reply;
}

http::Reply Endpoint::logout(const http::Request& request) {
  auto token = request.header("X-Auth-Token").value_or("");
  if (token.empty()) token = cookie_token(request);
  if (sessions_.erase(token) == 0) return error_page(401, kNoPermission);
  return json_page(200, {{"return", "Your token has been cleared"}});
}

http::Reply Endpoint::lowstate(const http::Request& request, const Simulation::View& view, bool minions_path) {
  const auto* session = find_session(request, view.world.now());
  if (session == nullptr) return error_page(401, kNoPermission);
  auto parsed = read_lowstate(request);
  if (auto* error = std::get_if<http::Reply>(&parsed)) return std::move(*error);
  json::array results;
  std::chrono::microseconds delay{0};
  for (auto& item : std::get<json::array>(parsed)) {
    if (!item.is_object()) return unexpected_error();
    auto& chunk = item.get_object();
    if (minions_path) chunk["client"] = "local_async";
    auto result = run_chunk(chunk, *session, view, delay);
    if (auto* error = std::get_if<http::Reply>(&result)) return std::move(*error);  // what ran before has run, and its result is gone
    results.push_back(std::move(std::get<json::value>(result)));
  }
  json::object body{{"return", results}};
  if (minions_path) {
    json::array links;
    for (const auto& result : results) {
      if (const auto jid = text_of(result.get_object(), "jid"); !jid.empty()) links.push_back(json::object{{"href", "/jobs/" + jid}});
    }
    body["_links"] = json::object{{"jobs", links}};
  }
  auto reply = json_page(minions_path ? 202 : 200, body);
  const auto accept = request.header("Accept").value_or("*/*");
  if (accept.find("*/*") == std::string::npos && accept.find("application/json") == std::string::npos)
    reply = error_page(406, "Not acceptable");  // after it has run
  reply.delay = std::chrono::duration_cast<std::chrono::milliseconds>(delay);
  return reply;
}

std::variant<json::value, http::Reply> Endpoint::run_chunk(const json::object& chunk, const Session& session, const Simulation::View& view,
                                                           std::chrono::microseconds& delay) {
  static const std::vector<std::string> kinds{"local",        "local_async", "local_batch", "local_subset", "runner",
                                              "runner_async", "ssh",         "wheel",       "wheel_async"};
  const auto client = text_of(chunk, "client");
  if (std::find(kinds.begin(), kinds.end(), client) == kinds.end())
    return error_page(400, fmt::format("Invalid client specified: '{}'", client));
  if (std::find(spec_.clients.begin(), spec_.clients.end(), client) == spec_.clients.end()) {
    return error_page(400, fmt::format("Client disabled: '{}'. Add to 'netapi_enable_clients' master config option to enable.", client));
  }
  const bool expired = session.eauth_expires < view.world.now();
  if (client == "runner") {
    if (expired) return error_page(401, "Authentication failure of type \"token\" occurred.");
    return run_runner(chunk, view);
  }
  if (expired) return error_page(401, "Authentication error occurred.");
  if (client != "local" && client != "local_async") return unexpected_error();
  if (!chunk.contains("tgt") || text_of(chunk, "fun").empty()) return unexpected_error();
  return run_local(chunk, session, view, delay);
}

http::Reply Endpoint::job(const http::Request& request, const Simulation::View& view) {
  const auto* session = find_session(request, view.world.now());
  if (session == nullptr) return error_page(401, kNoPermission);
  if (std::find(spec_.clients.begin(), spec_.clients.end(), "runner") == spec_.clients.end()) {
    return error_page(400, "Client disabled: 'runner'. Add to 'netapi_enable_clients' master config option to enable.");
  }
  const auto jid = request.path.substr(6);
  return json_page(200, describe_job(view, jid));
}

}  // namespace spm::sandbox::salt
