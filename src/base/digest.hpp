#pragma once
// SHA-256 of a text, in hexadecimal. Pure; safe from any thread. Throws std::runtime_error when OpenSSL has no SHA-256.

#include <string>
#include <string_view>

namespace spm {

[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace spm
