#include "auth/token.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <stdexcept>

#include "base/digest.hpp"

namespace spm::auth {
namespace {

void need_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

}  // namespace

std::string random_token() {
  need_sodium();
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string token_hash(std::string_view token) { return sha256_hex(token); }

std::string csrf_token_of(std::string_view session_token) { return sha256_hex(fmt::format("csrf of {}", session_token)); }

std::string random_password() {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  need_sodium();
  std::string password;
  for (int i = 0; i < 20; ++i) password += kLetters[randombytes_uniform(kLetters.size())];
  return password;
}

bool same_secret(std::string_view given, std::string_view expected) {
  need_sodium();
  // Digests, because the time of comparing texts of different length would tell the length.
  const auto a = sha256_hex(given);
  const auto b = sha256_hex(expected);
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace spm::auth
