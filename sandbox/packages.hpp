#pragma once
// Changing the packages of a system the way a package manager does: versions change, the services of changed packages restart with a new
// process, a reboot may become required, and the effects that the scenario gave an erratum begin and end. World functions; guarded by the
// simulation's mutex.

#include <string>
#include <vector>

#include "sandbox/world.hpp"

namespace spm::sandbox {

struct PackageVersion {
  std::string name{};
  std::string evr{};
  std::string arch{};  // empty: as installed, or the system's own
};

// `cause` goes into the record: {"action_id": 17}, {"jid": "…"}.
std::vector<PackageChange> apply_errata(World& world, Host& host, const std::vector<int>& errata, const json::object& cause);
std::vector<PackageChange> install_packages(World& world, Host& host, const std::vector<PackageVersion>& wanted, const json::object& cause);
std::vector<PackageChange> remove_packages(World& world, Host& host, const std::vector<PackageVersion>& unwanted,
                                           const json::object& cause);

// Every version of a package that this system could install, ascending: what it has, what it had at the start, and what errata bring.
[[nodiscard]] std::vector<std::string> available_versions(const World& world, const Host& host, const std::string& name);

enum class InstallRefusal { None, Fails, DoesNothing };
// What the scenario's errata say about installing exactly these versions; `message` is filled for Fails.
[[nodiscard]] InstallRefusal refusal_of(const World& world, const Host& host, const std::vector<PackageVersion>& wanted,
                                        std::string& message);

// Effects that lost the versions that brought them end. `restarting`: the package manager restarts what they kept down.
enum class AfterChange { RestartServices, LeaveServices };
void end_effects(World& world, Host& host, AfterChange after);
void begin_effect(World& world, Host& host, const ActiveEffect& active);

// New process; false when an erratum keeps the unit from running.
bool restart_unit(Host& host, const std::string& unit);

[[nodiscard]] json::array describe(const std::vector<PackageChange>& changes);

}  // namespace spm::sandbox
