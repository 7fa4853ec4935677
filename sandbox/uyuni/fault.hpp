#pragma once
// The faults of the reference (uyuni-xmlrpc 1.5, 1.6, 2), with the class names that the server puts in front of them.

#include <fmt/format.h>

#include "net/xmlrpc.hpp"

namespace spm::sandbox::uyuni {

// What a handler raises itself.
[[nodiscard]] inline xmlrpc::Fault fault(int code, const std::string& text) { return {code, "redstone.xmlrpc.XmlRpcFault: " + text}; }
// What a handler does not translate: look-ups that fail, missing rights deeper down.
[[nodiscard]] inline xmlrpc::Fault unhandled(const std::string& text) { return fault(-1, "unhandled internal exception: " + text); }

[[nodiscard]] inline xmlrpc::Fault no_such_system(std::int64_t sid) { return fault(-208, fmt::format("No such system - sid = {}", sid)); }
[[nodiscard]] inline xmlrpc::Fault lookup_failed(std::int64_t sid) {
  return unhandled(fmt::format("Could not find server with id {}", sid));
}
[[nodiscard]] inline xmlrpc::Fault no_such_patch(const std::string& name) {
  return fault(-208, fmt::format("The patch {} cannot be found.", name));
}
[[nodiscard]] inline xmlrpc::Fault no_such_action(std::int64_t id) {
  return unhandled(fmt::format("Could not find action with id: {}", id));
}
[[nodiscard]] inline xmlrpc::Fault taskomatic_down() { return fault(2802, "Taskomatic is not available."); }

}  // namespace spm::sandbox::uyuni
