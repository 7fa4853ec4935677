#pragma once
// Which of two package versions is newer, by the rules of dpkg or of rpm. Pure; safe from any thread; any text is accepted.

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace spm::versions {

enum class Family { Deb, Rpm };

// ubuntu, debian → Deb; rhel, suse → Rpm; anything else is unknown.
[[nodiscard]] std::optional<Family> family_of(std::string_view target_os);

// "[epoch:]version[-release]"; no epoch is epoch 0.
[[nodiscard]] std::strong_ordering compare(Family family, const std::string& a, const std::string& b);

}  // namespace spm::versions
