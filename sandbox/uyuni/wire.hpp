#pragma once
// Answers as UYUNI's serializer writes them (uyuni-xmlrpc 1.3): members in no order, only '<' and '&' escaped, <i4> for integers but <int>
// in a fault. Not the product's writer on purpose: the client must read this dialect, not its own. Pure.

#include <random>
#include <string>

#include "net/xmlrpc.hpp"

namespace spm::sandbox::uyuni {

// `order` decides the member order of structs, so that no client can rely on one.
[[nodiscard]] std::string write(const xmlrpc::Answer& answer, std::mt19937& order);

// What the parser of UYUNI does to every string: white space at both ends is dropped.
void trim_strings(xmlrpc::Value& value);

}  // namespace spm::sandbox::uyuni
