#include "sandbox/salt/pages.hpp"

#include <fmt/format.h>

namespace spm::sandbox::salt {
namespace {

std::string reason(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    case 406: return "Not Acceptable";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Internal Server Error";
  }
}

std::string escape(const std::string& plain) {
  std::string text;
  for (const char c : plain) {
    if (c == '<')
      text += "&lt;";
    else if (c == '>')
      text += "&gt;";
    else if (c == '&')
      text += "&amp;";
    else if (c == '"')
      text += "&quot;";
    else if (c == '\'')
      text += "&#x27;";
    else
      text += c;
  }
  return text;
}

void add_common_headers(http::Reply& reply) {
  auto& headers = reply.response.headers;
  headers.emplace("Server", "CherryPy/18.8.0");
  headers.emplace("Allow", "GET, HEAD, POST");
  headers.emplace("Access-Control-Allow-Origin", "*");
  headers.emplace("Access-Control-Expose-Headers", "GET, POST");
  headers.emplace("Access-Control-Allow-Credentials", "true");
  headers.emplace("Vary", "Accept-Encoding");
}

}  // namespace

http::Reply json_page(int status, const boost::json::value& body) {
  http::Reply reply;
  reply.response = http::json_response(status, body);
  add_common_headers(reply);
  return reply;
}

http::Reply error_page(int status, const std::string& message) {
  const auto title = fmt::format("{} {}", status, reason(status));
  http::Reply reply;
  reply.response =
      http::text_response(status,
                          fmt::format("<!DOCTYPE html PUBLIC\n\"-//W3C//DTD XHTML 1.0 "
                                      "Transitional//EN\"\n\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n<html>\n<head>\n"
                                      "    <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></meta>\n    "
                                      "<title>{0}</title>\n</head>\n    <body>\n        <h2>{0}</h2>\n"
                                      "        <p>{1}</p>\n        <pre id=\"traceback\"></pre>\n    <div id=\"powered_by\">\n      "
                                      "<span>\n        Powered by <a href=\"http://www.cherrypy.org\">CherryPy 18.8.0</a>\n"
                                      "      </span>\n    </div>\n    </body>\n</html>\n",
                                      title, escape(message)),
                          "text/html;charset=utf-8");
  add_common_headers(reply);
  return reply;
}

http::Reply unexpected_error() { return json_page(500, boost::json::object{{"status", 500}, {"return", "An unexpected error occurred"}}); }

void set_session_cookie(http::Reply& reply, const std::string& token) {
  reply.response.headers.emplace("Set-Cookie",
                                 fmt::format("session_id={}; expires=Thu, 01 Jan 2037 00:00:00 GMT; Max-Age=36000; Path=/", token));
}

}  // namespace spm::sandbox::salt
