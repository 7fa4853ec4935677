#pragma once
// The list of systems, put together from the bulk calls: names, minion ids, addresses, groups, and the OS, which no call tells directly.

#include "integrations/uyuni/session.hpp"
#include "ports/advisory_source.hpp"

namespace spm::uyuni {

[[nodiscard]] Result<std::vector<ports::ManagedSystem>> list_systems(UyuniClient& client, const std::vector<ports::SystemGroup>& groups);

}  // namespace spm::uyuni
