#pragma once
// Passwords of local accounts: argon2id by libsodium. A verification takes 64 MiB and tens of milliseconds, so only a few run at a time;
// a caller that would wait longer than 5 s for its turn gets service_unavailable. Safe from any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace spm::auth {

[[nodiscard]] Result<std::string> hash_password(std::string_view password);

// Does the same work when there is no such account (no hash), and says false.
[[nodiscard]] Result<bool> verify_password(const std::optional<std::string>& hash, std::string_view password);

}  // namespace spm::auth
