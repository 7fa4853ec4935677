#pragma once
// Which operating system and release a vendor's label speaks of: a channel, a group, a distribution, a code name. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace spm {

struct OsRelease {
  std::string target_os;   // ubuntu | debian | rhel | suse
  std::string os_release;  // "ubuntu-24.04", "almalinux-9"; without a version ("ubuntu") when the label has none
  [[nodiscard]] bool has_version() const { return os_release.find_first_of("0123456789") != std::string::npos; }
  bool operator==(const OsRelease&) const = default;
};

// "almalinux9-x86_64" → almalinux-9, "test-ubuntu-2404" → ubuntu-24.04, "debian-bookworm" → debian-12, "sle-product-sles15-sp5-pool" →
// sles-15.5, "jammy" → ubuntu-22.04; nullopt when it names no system we know.
[[nodiscard]] std::optional<OsRelease> os_release_of(std::string_view label);

}  // namespace spm
