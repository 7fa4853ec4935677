#include "auth/password.hpp"

#include <sodium.h>

#include <array>
#include <chrono>
#include <semaphore>
#include <stdexcept>

namespace spm::auth {
namespace {

constexpr std::ptrdiff_t kAtATime = 4;  // 256 MiB at most
constexpr std::chrono::seconds kLongestWait{5};

class Turn {
 public:
  Turn() : has_it_(slots().try_acquire_for(kLongestWait)) {}
  ~Turn() {
    if (has_it_) slots().release();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] explicit operator bool() const { return has_it_; }

 private:
  static std::counting_semaphore<kAtATime>& slots() {
    static std::counting_semaphore<kAtATime> slots(kAtATime);
    return slots;
  }
  bool has_it_;
};

tl::unexpected<Error> busy() {
  return fail(ErrorCode::ServiceUnavailable, "too many people are logging in at this moment; try again in a few seconds");
}

std::string hashed(std::string_view password) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    throw std::runtime_error("there is not enough memory for hashing a password");
  }
  return hash.data();
}

// Of an account that nobody has; made once, with the cost of a real one.
const std::string& nobodys_hash() {
  static const std::string kHash = hashed("nobody has this password");
  return kHash;
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  const Turn turn;
  if (!turn) return busy();
  return hashed(password);
}

Result<bool> verify_password(const std::optional<std::string>& hash, std::string_view password) {
  const Turn turn;
  if (!turn) return busy();
  const auto& against = hash ? *hash : nobodys_hash();
  const bool fits = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return fits && hash.has_value();
}

}  // namespace spm::auth
