#pragma once
// The packages that are installed on one system. Kernels of the rpm family stand side by side in several versions; all others once. Pure
// values.

#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sandbox/version.hpp"

namespace spm::sandbox {

struct InstalledPackage {
  std::string evr{};
  std::string arch{};
  Time installed_at{};
  bool operator==(const InstalledPackage& other) const { return evr == other.evr && arch == other.arch; }
};

using PackageSet = std::map<std::string, std::vector<InstalledPackage>>;

struct PackageChange {
  std::string name{};
  std::string arch{};
  std::string before{};  // empty: was not installed
  std::string after{};   // empty: removed
};

// `versions` is never empty.
[[nodiscard]] const std::string& newest_version(Grammar grammar, const std::vector<InstalledPackage>& versions);
[[nodiscard]] bool stays_beside_older(Grammar grammar, const std::string& name);

// Puts this version in place of the installed one (or beside it); what changed is appended to `changes`, nothing when it was there already.
void install_version(Grammar grammar, PackageSet& packages, const std::string& name, InstalledPackage package,
                     std::vector<PackageChange>& changes);
// An empty `evr` removes every version.
void remove_version(PackageSet& packages, const std::string& name, const std::string& evr, std::vector<PackageChange>& changes);
[[nodiscard]] std::vector<PackageChange> difference(const PackageSet& before, const PackageSet& after);

}  // namespace spm::sandbox
