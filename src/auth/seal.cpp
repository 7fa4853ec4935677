#include "auth/seal.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <stdexcept>
#include <vector>

namespace spm::auth {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::optional<Bytes> bytes_of_hex(std::string_view hex) {
  if (hex.empty()) return std::nullopt;
  Bytes bytes(hex.size() / 2);
  std::size_t length = 0;
  if (hex.size() % 2 != 0 || sodium_hex2bin(bytes.data(), bytes.size(), hex.data(), hex.size(), nullptr, &length, nullptr) != 0 ||
      length != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

void derive(std::array<unsigned char, 32>& into, std::string_view text, const unsigned char* key, std::size_t key_size) {
  const auto bytes = bytes_of(text);
  if (crypto_generichash(into.data(), into.size(), bytes.data(), bytes.size(), key, key_size) != 0)
    throw std::logic_error("BLAKE2b refused its key");
}

}  // namespace

static_assert(crypto_secretbox_KEYBYTES == 32);

Seal::Seal(std::string_view secret) : key_{} {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
  derive(key_, secret, nullptr, 0);
}

Seal::Key Seal::key_for(std::string_view purpose) const {
  Key key{};
  derive(key, purpose, key_.data(), key_.size());
  return key;
}

std::string Seal::close(std::string_view plain, std::string_view purpose) const {
  const auto key = key_for(purpose);
  const auto bytes = bytes_of(plain);
  Bytes sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + bytes.size());
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  (void)crypto_secretbox_easy(sealed.data() + crypto_secretbox_NONCEBYTES, bytes.data(), bytes.size(), sealed.data(), key.data());
  return fmt::format("{:02x}", fmt::join(sealed, ""));
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view purpose) const {
  const auto bytes = bytes_of_hex(sealed);
  if (!bytes || bytes->size() < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) return std::nullopt;
  const auto key = key_for(purpose);
  Bytes plain(bytes->size() - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES);
  if (crypto_secretbox_open_easy(plain.data(), bytes->data() + crypto_secretbox_NONCEBYTES, bytes->size() - crypto_secretbox_NONCEBYTES,
                                 bytes->data(), key.data()) != 0) {
    return std::nullopt;
  }
  return std::string(plain.begin(), plain.end());
}

}  // namespace spm::auth
