#pragma once
// Texts inside addresses and forms. Pure.

#include <string>
#include <string_view>

namespace spm::net {

// "a=b&c" → "a%3Db%26c": everything but letters, digits and -._~
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace spm::net
