#include "identity/keys.hpp"

#include <fmt/format.h>

#include <charconv>

namespace spm::identity {
namespace {

constexpr std::string_view kPrefix = "spm_";

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

}  // namespace spm::identity
