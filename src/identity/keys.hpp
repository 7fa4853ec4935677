#pragma once
// The text of an API key, "spm_<id>_<secret>", and its name as an actor. Used inside this slice only. Pure.

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

// As it stands in audit rows: "api-key:7/ci"; and back. nullopt when it names no key of the table.
[[nodiscard]] std::string actor_of_key(std::int64_t id, const std::string& name);
[[nodiscard]] std::optional<std::int64_t> key_of_actor(std::string_view actor);

}  // namespace spm::identity
