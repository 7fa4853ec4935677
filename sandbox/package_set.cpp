#include "sandbox/package_set.hpp"

#include <algorithm>
#include <set>

namespace spm::sandbox {

const std::string& newest_version(Grammar grammar, const std::vector<InstalledPackage>& versions) {
  return std::max_element(versions.begin(), versions.end(),
                          [&](const auto& a, const auto& b) { return compare_evr(grammar, a.evr, b.evr) < 0; })
      ->evr;
}

bool stays_beside_older(Grammar grammar, const std::string& name) {
  static const std::set<std::string> kernels{"kernel",      "kernel-core", "kernel-modules", "kernel-modules-core", "kernel-modules-extra",
                                             "kernel-devel"};
  return grammar == Grammar::Rpm && kernels.contains(name);
}

void install_version(Grammar grammar, PackageSet& packages, const std::string& name, InstalledPackage package,
                     std::vector<PackageChange>& changes) {
  auto& versions = packages[name];
  if (std::any_of(versions.begin(), versions.end(), [&](const auto& installed) { return installed.evr == package.evr; })) return;
  const bool beside = versions.empty() || stays_beside_older(grammar, name);
  changes.push_back({name, package.arch, versions.empty() ? "" : newest_version(grammar, versions), package.evr});
  if (!beside) versions.clear();
  versions.push_back(std::move(package));
}

void remove_version(PackageSet& packages, const std::string& name, const std::string& evr, std::vector<PackageChange>& changes) {
  const auto found = packages.find(name);
  if (found == packages.end()) return;
  auto& versions = found->second;
  for (auto it = versions.begin(); it != versions.end();) {
    if (!evr.empty() && it->evr != evr) {
      ++it;
      continue;
    }
    changes.push_back({name, it->arch, it->evr, ""});
    it = versions.erase(it);
  }
  if (versions.empty()) packages.erase(found);
}

std::vector<PackageChange> difference(const PackageSet& before, const PackageSet& after) {
  std::vector<PackageChange> changes;
  std::set<std::string> names;
  for (const auto& [name, versions] : before) names.insert(name);
  for (const auto& [name, versions] : after) names.insert(name);
  for (const auto& name : names) {
    const auto old_side = before.find(name);
    const auto new_side = after.find(name);
    if (old_side != before.end() && new_side != after.end() && old_side->second == new_side->second) continue;
    const auto* from = old_side == before.end() ? nullptr : &old_side->second.back();
    const auto* to = new_side == after.end() ? nullptr : &new_side->second.back();
    changes.push_back({name, (to != nullptr ? to : from)->arch, from != nullptr ? from->evr : "", to != nullptr ? to->evr : ""});
  }
  return changes;
}

}  // namespace spm::sandbox
