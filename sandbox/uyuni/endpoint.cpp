#include "sandbox/uyuni/endpoint.hpp"

#include <algorithm>
#include <unordered_map>

#include "sandbox/uyuni/fault.hpp"
#include "sandbox/uyuni/method.hpp"
#include "sandbox/uyuni/wire.hpp"

namespace spm::sandbox::uyuni {
namespace {

const std::unordered_multimap<std::string, const Method*>& method_table() {
  static const auto table = [] {
    std::unordered_multimap<std::string, const Method*> all;
    for (const auto methods : {auth_methods(), errata_methods(), organisation_methods(), schedule_methods(), system_methods(),
                               system_scheduling_methods(), system_group_methods()}) {
      for (const auto& method : methods) all.emplace(method.name, &method);
    }
    return all;
  }();
  return table;
}

const std::map<std::string, std::string>& handler_classes() {
  static const std::map<std::string, std::string> classes{{"api", "com.redhat.rhn.frontend.xmlrpc.api.ApiHandler"},
                                                          {"auth", "com.redhat.rhn.frontend.xmlrpc.auth.AuthHandler"},
                                                          {"channel", "com.redhat.rhn.frontend.xmlrpc.channel.ChannelHandler"},
                                                          {"errata", "com.redhat.rhn.frontend.xmlrpc.errata.ErrataHandler"},
                                                          {"org", "com.redhat.rhn.frontend.xmlrpc.org.OrgHandler"},
                                                          {"schedule", "com.redhat.rhn.frontend.xmlrpc.schedule.ScheduleHandler"},
                                                          {"system", "com.redhat.rhn.frontend.xmlrpc.system.SystemHandler"},
                                                          {"systemgroup", "com.redhat.rhn.frontend.xmlrpc.systemgroup.ServerGroupHandler"},
                                                          {"user", "com.redhat.rhn.frontend.xmlrpc.user.UserHandler"}};
  return classes;
}

// get_details is getDetails (uyuni-xmlrpc 1.4).
std::string camel_case(const std::string& name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '_' && i + 1 < name.size())
      text += static_cast<char>(std::toupper(static_cast<unsigned char>(name[++i])));
    else
      text += name[i];
  }
  return text;
}

xmlrpc::Fault no_method(const std::string& method, const std::string& handler, bool with_user, const Array& params) {
  std::string types = java_types(params);
  if (with_user) types = types.empty() ? "com.redhat.rhn.domain.user.User" : "com.redhat.rhn.domain.user.User, " + types;
  return fault(-1, fmt::format("Could not find method: {} in class: {} with params: [{}]", method, handler, types));
}

http::Reply plain(int status, std::string body) {
  http::Reply reply;
  reply.response = http::text_response(status, std::move(body), "text/html; charset=iso-8859-1");
  return reply;
}

}  // namespace

Endpoint::Endpoint(Simulation& simulation, const UyuniSpec& spec, std::uint64_t seed)
    : simulation_(simulation),
      time_(spec.time_zone),
      sessions_(spec.session_lifetime),
      order_(static_cast<std::mt19937::result_type>(seed)) {}

void Endpoint::drop_sessions() {
  simulation_.with([&](const Simulation::View&) { sessions_.drop_all(); });
}

http::Reply Endpoint::handle(const http::Request& request) {
  if (request.path != "/rpc/api")
    return plain(404, "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>");
  if (request.method != http::Method::Post || request.header("SOAPAction")) {
    auto reply = plain(302, "");
    reply.response.headers.emplace("Location", "/rhn/apidoc/index.jsp");
    return reply;
  }
  auto parsed = xmlrpc::parse_call(request.body);
  http::Reply reply;
  reply.response = http::text_response(200, "", "text/xml");
  if (!parsed) return reply;  // an unparsable request is only logged by the server: 200 and nothing (uyuni-xmlrpc 1.1)
  for (auto& param : parsed->params) trim_strings(param);
  simulation_.with([&](const Simulation::View& view) { reply.response.body = write(answer(*parsed, view), order_); });
  return reply;
}

xmlrpc::Answer Endpoint::answer(const xmlrpc::Call& request, const Simulation::View& view) {
  const auto dot = request.method.rfind('.');
  const std::string space = dot == std::string::npos ? "" : request.method.substr(0, dot);
  const auto handler = handler_classes().find(space);
  if (handler == handler_classes().end()) return xmlrpc::Fault{-1, "The specified handler cannot be found"};
  const std::string name = camel_case(request.method.substr(dot + 1));

  Call call{view, time_, sessions_, ""};
  Array params = request.params;
  // auth.* keeps its key as an ordinary string; everywhere else a first argument that looks like a key becomes the user.
  const bool with_user =
      space != "auth" && !params.empty() && params.front().string() != nullptr && Sessions::looks_like_key(*params.front().string());
  if (with_user) {
    auto found = sessions_.find(*params.front().string(), view.world.now());
    if (const auto* dead = std::get_if<xmlrpc::Fault>(&found)) return *dead;
    call.login = std::get<std::string>(found);
    params.erase(params.begin());
  }
  bool needs_session = false;
  const auto [begin, end] = method_table().equal_range(space + "." + name);
  for (auto it = begin; it != end; ++it) {
    const auto& method = *it->second;
    if ((method.access == Access::Session) != with_user)
      needs_session = needs_session || !with_user;
    else if (fits(method.types, params))
      return method.answer(call, params);
  }
  if (!needs_session) return no_method(name, handler->second, with_user, params);
  return xmlrpc::Fault{-1,
                       fmt::format("java.lang.SecurityException: The {}.{} API is not available for unauthenticated users.", space, name)};
}

}  // namespace spm::sandbox::uyuni
