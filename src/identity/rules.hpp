#pragma once
// How long attempts to log in must wait, when a session is over, what a user and an API key may be. Pure values and functions.

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "access/scope.hpp"
#include "base/time.hpp"

namespace spm::identity {

// What is wrong, by field; empty: nothing.
using Problems = std::map<std::string, std::string>;

// ---------------------------------------------------------------- attempts to log in

// Failed attempts of one account name or of one address.
struct Attempts {
  int failures = 0;
  Time last_at;
  std::optional<Time> locked_until;
};

struct Patience {
  int free_tries = 0;                   // failures before the first wait
  std::chrono::seconds first_wait{};    // doubles with each further failure …
  std::chrono::seconds longest_wait{};  // … up to this
};
inline constexpr Patience kWithAccount{5, std::chrono::seconds(30), std::chrono::minutes(15)};
// Many people may share an address, so it has more tries.
inline constexpr Patience kWithAddress{50, std::chrono::seconds(30), std::chrono::minutes(15)};
// Failures this old count no more.
inline constexpr std::chrono::hours kAttemptsKept{24};

// nullopt: may try now.
[[nodiscard]] std::optional<std::chrono::seconds> wait_of(const Attempts& attempts, Time now);
[[nodiscard]] Attempts after_failure(const Attempts& attempts, const Patience& patience, Time now);

// ---------------------------------------------------------------- sessions

[[nodiscard]] bool is_session_alive(Time seen_at, Time expires_at, std::chrono::minutes idle, Time now);

// ---------------------------------------------------------------- users

// As it is stored: names differ by more than the case of their letters.
[[nodiscard]] std::string normal_username(std::string name);
// Fields "username" (which also comes from the command line), "roles", "scope".
[[nodiscard]] Problems problems_with_user(const std::string& username, const std::vector<std::string>& roles, const access::Scope& scope);

// ---------------------------------------------------------------- API keys

struct KeyOrder {
  std::string name;
  std::vector<std::string> roles;
  std::vector<std::string> permissions;
  access::Scope scope;
  std::optional<Time> expires_at;
  bool may_act_for_others = false;
  std::optional<Time> maker_expires_at = {};  // of the key that orders it
};

// What its roles and permissions come to; every key may ask who it is.
[[nodiscard]] std::set<access::Permission> permissions_of(const std::vector<std::string>& roles,
                                                          const std::vector<std::string>& permissions);

// Nobody hands out more than they have. Decisions are made by people: only who manages users may make a key that decides.
[[nodiscard]] Problems problems_with_key(const KeyOrder& order, const access::Principal& creator, Time now);

}  // namespace spm::identity
