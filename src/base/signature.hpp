#pragma once
// Signed texts: HMAC-SHA256, and a comparison whose time does not tell where two texts differ. Pure; safe from any thread.

#include <string>
#include <string_view>

namespace spm {

// In hexadecimal. Throws std::runtime_error when OpenSSL has no SHA-256.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view text);

// Only the length may be learned from the time that it takes.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace spm
