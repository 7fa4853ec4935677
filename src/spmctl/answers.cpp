#include "spmctl/answers.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/json_access.hpp"
#include "spmctl/terminal_text.hpp"

namespace spm::spmctl {
namespace {

// 0, which is no limit, when stdout is no terminal: a script gets every column.
std::size_t terminal_width() {
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;  // NOLINT(cppcoreguidelines-pro-type-vararg)
  return is_known ? size.ws_col : 80;
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? harmless(value->get_string()) : "";
}

bool is_json(const net::HttpAnswer& answer) { return answer.content_type.starts_with("application/json"); }

// The errors of the service have a word of their own; what else answers with such a status (a proxy) has not.
bool is_problem(const net::HttpAnswer& answer, const Result<json::value>& body) {
  return answer.status >= 400 && body && body->is_object() && body->get_object().contains("error");
}

}  // namespace

Exit print_answer(const net::HttpAnswer& answer, Output output) {
  const auto body = is_json(answer) ? parse_json(answer.body) : Result<json::value>(json::value());
  const auto exit = exit_for_status(answer.status);
  if (answer.status >= 400 && (is_problem(answer, body) || !is_json(answer))) return print_problem(answer);
  if (answer.body.empty()) return exit;
  if (!is_json(answer)) {
    print(::isatty(STDOUT_FILENO) != 0 ? harmless(answer.body, Breaks::Keep) : answer.body);
    return exit;
  }
  if (!body) return print_error({ErrorCode::ServiceUnavailable, "the service's answer is not JSON: " + body.error().message, {}});
  print(output == Output::Json ? pretty_json(*body) : as_table(*body, terminal_width()));
  return exit;
}

Exit print_problem(const net::HttpAnswer& answer) {
  const auto body = parse_json(answer.body);
  const auto exit = exit_for_status(answer.status);
  if (!is_problem(answer, body)) {
    std::fprintf(stderr, "spmctl: HTTP %d, which the service does not answer so: is there something between?\n", answer.status);
    return exit == Exit::Ok ? Exit::Unavailable : exit;
  }
  const auto& problem = body->get_object();
  std::fprintf(stderr, "spmctl: %s (%s)\n", text_of(problem, "message").c_str(), text_of(problem, "error").c_str());
  const auto* details = problem.if_contains("details");
  const auto* fields = details != nullptr && details->is_object() ? details->get_object().if_contains("fields") : nullptr;
  if (fields != nullptr && fields->is_object()) {
    for (const auto& [name, what] : fields->get_object())
      std::fprintf(stderr, "  %s %s\n", harmless(name).c_str(),
                   harmless(what.is_string() ? std::string(what.get_string()) : json::serialize(what)).c_str());
  }
  if (const auto id = text_of(problem, "request_id"); !id.empty()) std::fprintf(stderr, "  request %s\n", id.c_str());
  return exit;
}

Exit print_error(const Error& error) {
  std::fprintf(stderr, "spmctl: %s\n", harmless(error.message).c_str());
  return error.code == ErrorCode::ValidationError ? Exit::Usage : Exit::Unavailable;
}

}  // namespace spm::spmctl
