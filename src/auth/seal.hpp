#pragma once
// Secrets that must be read again, encrypted at rest under SECRET_KEY: who has the database alone has none of them. libsodium's secretbox
// (XSalsa20-Poly1305), a random nonce for each. Immutable; safe from any thread; never blocks.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace spm::auth {

class Seal {
 public:
  // Any length of secret becomes a key. Another secret opens nothing that was sealed before.
  explicit Seal(std::string_view secret);

  // Text of hexadecimal digits. `purpose` is bound to it: what was sealed as a nonce does not open as anything else.
  [[nodiscard]] std::string close(std::string_view plain, std::string_view purpose) const;
  // nullopt when it was changed, sealed for another purpose or under another secret.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed, std::string_view purpose) const;

 private:
  using Key = std::array<unsigned char, 32>;
  [[nodiscard]] Key key_for(std::string_view purpose) const;
  Key key_;
};

}  // namespace spm::auth
