#pragma once
// The organisations that an account sees. Used by the inventory alone.

#include <optional>
#include <vector>

#include "integrations/uyuni/session.hpp"
#include "ports/advisory_source.hpp"

namespace spm::uyuni {

// The account's own, in which all systems are that it sees; nullopt when it may not ask.
[[nodiscard]] Result<std::optional<ports::Organisation>> own_organisation(UyuniClient& client);

// All for a product administrator; others get their own one, or none when they may not ask.
[[nodiscard]] Result<std::vector<ports::Organisation>> list_organisations(UyuniClient& client);

}  // namespace spm::uyuni
