#pragma once
// The text of an API key: "spm_<id>_<secret>". Used inside this slice only. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spm::identity {

struct KeyParts {
  std::int64_t id = 0;
  std::string secret;
};

[[nodiscard]] std::string key_text(std::int64_t id, const std::string& secret);
// Whether it wants to be one of ours, valid or not.
[[nodiscard]] bool is_stored_key(std::string_view key);
[[nodiscard]] std::optional<KeyParts> parts_of_key(std::string_view key);

}  // namespace spm::identity
