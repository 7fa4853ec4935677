#pragma once
// Whether a name and a password belong together, with a wait for those who guess; used inside this slice only.

#include <string>

#include "identity/users.hpp"

namespace spm::identity {

struct Credentials {
  std::string username;
  std::string password;
  std::string from_address;
};

// The same answer after the same work for a wrong password and for a name that nobody has: unauthorized. rate_limited while the account's
// name or the address has to wait. The attempt is counted before the password is looked at, so that parallel guesses gain nothing.
[[nodiscard]] Result<User> verified(db::Pool& pool, const Credentials& credentials, Time now);

}  // namespace spm::identity
