#pragma once
// CherryPy's answers: JSON with its headers, and the HTML error page that clients must be able to read (salt-and-prometheus 1.2, 1.7).
// Pure.

#include <boost/json/value.hpp>
#include <string>

#include "http/server.hpp"

namespace spm::sandbox::salt {

[[nodiscard]] http::Reply json_page(int status, const boost::json::value& body);
[[nodiscard]] http::Reply error_page(int status, const std::string& message);
[[nodiscard]] http::Reply unexpected_error();  // the one error that is JSON
void set_session_cookie(http::Reply& reply, const std::string& token);

}  // namespace spm::sandbox::salt
