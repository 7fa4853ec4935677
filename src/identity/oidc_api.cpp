// The two endpoints that a browser passes through when somebody logs in by OpenID Connect: out to the provider, and back.

#include <fmt/format.h>

#include "identity/api_support.hpp"
#include "identity/oidc_login.hpp"

namespace spm::identity {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::string_view kFlowCookie = "spm_oidc";

// Lax, because the way back begins at the provider: a Strict cookie would not come along. It opens nothing; it only proves that the browser
// that comes back is the one that set out, so that nobody is logged in as somebody else by a link.
std::string flow_cookie(std::string_view value, std::chrono::seconds lasts, const Settings& settings) {
  return fmt::format("{}={}; Path=/api/v1/auth/oidc; HttpOnly; SameSite=Lax{}; Max-Age={}", kFlowCookie, value,
                     settings.secure_cookies ? "; Secure" : "", lasts.count());
}

Response redirect(std::string location) {
  Response response;
  response.status = 302;
  response.headers.emplace("Location", std::move(location));
  return response;
}

// The dashboard shows its login page to whoever has no session, with the reason.
Response to_login_page(LoginProblem problem) { return redirect(fmt::format("/?login_error={}", to_string(problem))); }

tl::unexpected<Error> not_configured() {
  return fail(ErrorCode::NotFound, "there is no single sign-on here; log in with a user name and a password");
}

// The session cookie is SameSite=Strict. A browser does not send such a cookie on a request that another site began, and a redirect from
// here would still be part of what the provider began: the page behind it would not know the person. So the answer is a page of this
// origin, and the request that follows is begun by it. A meta element does that without a script; no policy for scripts has to be loosened.
// The contract lets nothing into `return_to` that would have to be escaped but '&'.
Response page_that_goes_on(const std::string& return_to) {
  std::string target;
  for (const char c : return_to) target += c == '&' ? std::string("&amp;") : std::string(1, c);
  return http::text_response(200,
                             fmt::format("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>SPM Orchestrator</title>"
                                         "<meta http-equiv=\"refresh\" content=\"0; url={0}\"></head>"
                                         "<body><p><a href=\"{0}\">SPM Orchestrator</a></p></body></html>\n",
                                         target),
                             "text/html; charset=utf-8");
}

// GET /auth/oidc/login
Result<Response> set_out(const Wiring& wiring, const Request& request) {
  if (wiring.single_sign_on.provider == nullptr) return not_configured();
  const auto departure = depart(wiring, request.query_param("return_to").value_or("/"));
  if (!departure) return to_login_page(departure.error());
  auto response = redirect(departure->url);
  response.headers.emplace("Set-Cookie", flow_cookie(departure->browser_token, kLoginLasts, wiring.settings));
  return response;
}

// GET /auth/oidc/callback
Result<Response> come_back(const Wiring& wiring, const Request& request) {
  if (wiring.single_sign_on.provider == nullptr) return not_configured();
  const auto arrival = arrive(wiring, {.state = request.query_param("state").value_or(""),
                                       .browser_token = cookie_of(request, kFlowCookie).value_or(""),
                                       .code = request.query_param("code"),
                                       .error = request.query_param("error"),
                                       .issuer = request.query_param("iss"),
                                       .from = from_of(request)});
  auto response = arrival ? page_that_goes_on(arrival->return_to) : to_login_page(arrival.error());
  if (!arrival) return response;
  response.headers.emplace("Set-Cookie", session_cookie(arrival->session_token, wiring.settings));
  response.headers.emplace("Set-Cookie", flow_cookie("", std::chrono::seconds(0), wiring.settings));
  return response;
}

}  // namespace

std::vector<http::Endpoint> oidc_endpoints(const Wiring& wiring) {
  const auto with = wired(wiring);
  return {
      {Method::Get, "/api/v1/auth/oidc/login", access::Permission::Open, with(set_out)},
      {Method::Get, "/api/v1/auth/oidc/callback", access::Permission::Open, with(come_back)},
  };
}

}  // namespace spm::identity
