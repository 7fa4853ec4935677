#pragma once
// Whether bytes are well-formed UTF-8 (no overlong forms, no surrogates). Pure.

#include <string_view>

namespace spm::net {

[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace spm::net
