#pragma once
// Which passwords are good enough: long, and not made of what everybody tries first. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spm::auth {

inline constexpr std::size_t kMinPasswordLength = 12;   // characters
inline constexpr std::size_t kMaxPasswordLength = 128;  // characters

// What is wrong with it, completing "the password …"; nullopt when nothing is. `names`: of the account, which must not make up the
// password.
[[nodiscard]] std::optional<std::string> problem_with_password(std::string_view password, const std::vector<std::string>& names);

}  // namespace spm::auth
