#include "identity/keys.hpp"

#include <fmt/format.h>

#include <charconv>

namespace spm::identity {
namespace {

constexpr std::string_view kPrefix = "spm_";
constexpr std::string_view kActorPrefix = "api-key:";

}  // namespace

std::string key_text(std::int64_t id, const std::string& secret) { return fmt::format("{}{}_{}", kPrefix, id, secret); }

bool is_stored_key(std::string_view key) { return key.substr(0, kPrefix.size()) == kPrefix; }

std::optional<KeyParts> parts_of_key(std::string_view key) {
  if (!is_stored_key(key)) return std::nullopt;
  key.remove_prefix(kPrefix.size());
  KeyParts parts;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), parts.id);
  if (error != std::errc() || parts.id < 1 || end == key.data() + key.size() || *end != '_') return std::nullopt;
  parts.secret = std::string(end + 1, key.data() + key.size());
  if (parts.secret.empty()) return std::nullopt;
  return parts;
}

std::string actor_of_key(std::int64_t id, const std::string& name) { return fmt::format("{}{}/{}", kActorPrefix, id, name); }

// The key of the configuration is "api-key:" and a fingerprint, without a slash.
std::optional<std::int64_t> key_of_actor(std::string_view actor) {
  if (!actor.starts_with(kActorPrefix)) return std::nullopt;
  actor.remove_prefix(kActorPrefix.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(actor.data(), actor.data() + actor.size(), id);
  if (error != std::errc() || id < 1 || end == actor.data() + actor.size() || *end != '/') return std::nullopt;
  return id;
}

}  // namespace spm::identity
