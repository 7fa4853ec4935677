#pragma once
// Secrets that the service makes itself: session tokens, secrets of API keys, first passwords. 256 random bits cannot be guessed, so what
// is stored is their plain SHA-256. Safe from any thread; never blocks.

#include <string>
#include <string_view>

namespace spm::auth {

// 64 hexadecimal digits.
[[nodiscard]] std::string random_token();
// What is stored of a token.
[[nodiscard]] std::string token_hash(std::string_view token);
// For a session's state-changing requests: known to the page that logged in, never sent by the browser of itself. Follows from the
// session token and does not lead back to it.
[[nodiscard]] std::string csrf_token_of(std::string_view session_token);
// 20 letters and digits that a person can type: no 0, O, 1, l, I.
[[nodiscard]] std::string random_password();

// In a time that depends on neither text.
[[nodiscard]] bool same_secret(std::string_view given, std::string_view expected);

}  // namespace spm::auth
