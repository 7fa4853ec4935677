// auth.* and api.* (uyuni-xmlrpc 1.7, 1.8).
#include "sandbox/uyuni/fault.hpp"
#include "sandbox/uyuni/method.hpp"
#include "sandbox/uyuni/sessions.hpp"

namespace spm::sandbox::uyuni {
namespace {

Answer login_for(Call& call, const Array& params, std::chrono::seconds duration) {
  const auto& spec = call.world().scenario().uyuni;
  if (text_at(params, 0) != spec.user || text_at(params, 1) != spec.password)
    return fault(2950, "Either the password or username is incorrect.");
  return Value(call.sessions.open(spec.user, duration, call.world().random_hex(64), call.world().now()));
}

Answer login(Call& call, const Array& params) { return login_for(call, params, call.sessions.lifetime()); }

Answer login_with_duration(Call& call, const Array& params) {
  const std::chrono::seconds duration(int_at(params, 2));
  if (duration > call.sessions.lifetime())
    return unhandled(fmt::format("The session duration cannot exceed {} seconds", call.sessions.lifetime().count()));
  return login_for(call, params, duration);
}

std::optional<xmlrpc::Fault> dead_key(Call& call, const Array& params) {
  if (!Sessions::looks_like_key(text_at(params, 0))) {
    return xmlrpc::Fault{-1, "java.lang.SecurityException: The auth API is not available for unauthenticated users."};
  }
  auto found = call.sessions.find(text_at(params, 0), call.world().now());
  if (auto* dead = std::get_if<xmlrpc::Fault>(&found)) return *dead;
  return std::nullopt;
}

Answer logout(Call& call, const Array& params) {
  if (auto dead = dead_key(call, params)) return *dead;
  call.sessions.close(text_at(params, 0));
  return Value(1);
}

Answer is_session_key_valid(Call& call, const Array& params) {
  if (auto dead = dead_key(call, params)) return *dead;
  return Value(true);
}

Answer version(Call& call, const Array&) { return Value(call.world().scenario().uyuni.api_version); }
Answer system_version(Call& call, const Array&) { return Value(call.world().scenario().uyuni.product_version); }
Answer product_name(Call&, const Array&) { return Value("Uyuni"); }

constexpr Method kMethods[] = {
    {"auth.login", "ss", login, Access::Open},           {"auth.login", "ssi", login_with_duration, Access::Open},
    {"auth.logout", "s", logout, Access::Open},          {"auth.isSessionKeyValid", "s", is_session_key_valid, Access::Open},
    {"api.getVersion", "", version, Access::Open},       {"api.systemVersion", "", system_version, Access::Open},
    {"api.productName", "", product_name, Access::Open},
};

}  // namespace

std::span<const Method> auth_methods() { return kMethods; }

}  // namespace spm::sandbox::uyuni
