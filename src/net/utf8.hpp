#pragma once
// Well-formed UTF-8 (no overlong forms, no surrogates): told apart from other bytes, or made from them. Pure.

#include <string>
#include <string_view>

namespace spm::net {

[[nodiscard]] bool is_utf8(std::string_view bytes);

// Text that a database and JSON can hold: what is not UTF-8, and NUL, becomes U+FFFD.
[[nodiscard]] std::string to_text(std::string_view bytes);

}  // namespace spm::net
