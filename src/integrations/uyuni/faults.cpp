#include "integrations/uyuni/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace spm::uyuni {
namespace {

constexpr std::size_t kMaxText = 600;

bool contains(std::string_view text, std::string_view words) {
  return std::search(text.begin(), text.end(), words.begin(), words.end(),
                     [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }) != text.end();
}

// "redstone.xmlrpc.XmlRpcFault: No such system" → "No such system": the exception's class says nothing to a person.
std::string_view without_class(std::string_view text) {
  const auto colon = text.find(": ");
  if (colon == std::string_view::npos) return text;
  const std::string_view head = text.substr(0, colon);
  const bool is_class = head.find('.') != std::string_view::npos && head.find_first_of(" /") == std::string_view::npos;
  return is_class ? text.substr(colon + 2) : text;
}

// A dead session's key can stand in the text: "<number>x<64 hex digits>".
std::string without_session_key(std::string_view text) {
  std::string kept;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t hex = 0;
    if (text[i] == 'x') {
      while (i + 1 + hex < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1 + hex])) != 0) ++hex;
    }
    if (hex >= 32) {
      kept += "x…";
      i += 1 + hex;
    } else {
      kept += text[i++];
    }
  }
  return kept;
}

std::string advice(const xmlrpc::Fault& fault, const std::string& user) {
  if (contains(fault.text, "SecurityException") || fault.code == kPermissionDenied || contains(fault.text, "PermissionException")) {
    return fmt::format("; give the account {} the role that this needs", user);
  }
  switch (fault.code) {
    case kLoginFailed: return fmt::format("; check user {} and its password", user);
    case kTaskomaticDown: return "; nothing was scheduled, Taskomatic must be running";
    case kOutsideWindow: return "; nothing was scheduled, choose a time inside the maintenance window";
    case kNotApplicable: return "; nothing was scheduled";
    default: return "";
  }
}

UpstreamFailure failure_of(const xmlrpc::Fault& fault) {
  const bool busy = fault.code == -1 && contains(fault.text, "Operation already running");
  return busy || fault.code == kTaskomaticDown ? UpstreamFailure::Unreachable : UpstreamFailure::Refused;
}

}  // namespace

bool is_session_lost(const xmlrpc::Fault& fault) {
  if (fault.code != -1) return false;
  const bool not_valid = contains(fault.text, "Session id:") && contains(fault.text, "is not valid");
  return not_valid || contains(fault.text, "Could not find session with id") ||
         contains(fault.text, "Could not find a valid user for session") ||
         contains(fault.text, "is not available for unauthenticated users");
}

Error error_of(const xmlrpc::Fault& fault, const std::string& method, const std::string& user) {
  const std::string text = without_session_key(without_class(fault.text)).substr(0, kMaxText);
  return Error{ErrorCode::UyuniError,
               fmt::format("UYUNI refused {}: {} (fault {}){}", method, text, fault.code, advice(fault, user)),
               {{"fault_code", fault.code}, {"fault", text}},
               failure_of(fault)};
}

std::int64_t fault_code(const Error& error) {
  const json::value* code = error.details.if_contains("fault_code");
  return code != nullptr && code->is_int64() ? code->get_int64() : 0;
}

bool fault_says(const Error& error, std::string_view words) {
  const json::value* text = error.details.if_contains("fault");
  return text != nullptr && text->is_string() && contains(std::string_view(text->get_string().data(), text->get_string().size()), words);
}

}  // namespace spm::uyuni
