#include "sandbox/errata.hpp"

#include <algorithm>
#include <set>

namespace spm::sandbox {
namespace {

constexpr int kFirstErratumId = 2001;
constexpr int kFirstPackageId = 40'001;

std::string package_key(const std::string& os, const std::string& name, const std::string& evr) { return os + '\n' + name + '\n' + evr; }

}  // namespace

Errata::Errata(const std::vector<ErratumSpec>& specs) {
  all_.reserve(specs.size());
  int next_package = kFirstPackageId;
  for (const auto& spec : specs) {
    const std::size_t index = all_.size();
    Erratum erratum{kFirstErratumId + static_cast<int>(index), spec, {}};
    by_name_.emplace(spec.advisory, index);
    for (const auto& cve : spec.cves) by_cve_.emplace(cve, index);
    for (std::size_t i = 0; i < spec.packages.size(); ++i) {
      const auto& package = spec.packages[i];
      const auto [id, fresh] = package_ids_.emplace(package_key(spec.os, package.name, package.evr), next_package);
      if (fresh) ++next_package;
      erratum.package_ids.push_back(id->second);
      if (!spec.catalogue_only) fixes_[spec.os][package.name].push_back({index, i});
    }
    all_.push_back(std::move(erratum));
  }
}

const Erratum* Errata::find(std::int64_t id) const {
  const auto index = id - kFirstErratumId;
  if (index < 0 || index >= static_cast<std::int64_t>(all_.size())) return nullptr;
  const auto& erratum = all_[static_cast<std::size_t>(index)];
  return erratum.spec.catalogue_only ? nullptr : &erratum;
}

const Erratum* Errata::find(const std::string& advisory) const {
  const auto found = by_name_.find(advisory);
  return found == by_name_.end() ? nullptr : &all_[found->second];
}

std::vector<const Erratum*> Errata::by_cve(const std::string& cve) const {
  std::set<std::size_t> indexes;
  const auto [begin, end] = by_cve_.equal_range(cve);
  for (auto it = begin; it != end; ++it) indexes.insert(it->second);
  std::vector<const Erratum*> found;
  for (const auto index : indexes) found.push_back(&all_[index]);
  return found;
}

const std::vector<Fix>* Errata::fixes(const std::string& os, const std::string& package) const {
  const auto of_os = fixes_.find(os);
  if (of_os == fixes_.end()) return nullptr;
  const auto found = of_os->second.find(package);
  return found == of_os->second.end() ? nullptr : &found->second;
}

std::vector<int> Errata::needed(const OsProfile& os, const PackageSet& packages) const {
  std::vector<int> ids;
  for (const auto& [name, versions] : packages) {
    const auto* candidates = fixes(os.id, name);
    if (candidates == nullptr) continue;
    const std::string& installed = newest_version(os.grammar(), versions);
    for (const auto& fix : *candidates) {
      const auto& erratum = all_[fix.erratum];
      if (compare_evr(os.grammar(), installed, erratum.spec.packages[fix.package].evr) < 0) ids.push_back(erratum.id);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

int Errata::package_id(const std::string& os, const std::string& name, const std::string& evr) const {
  const auto found = package_ids_.find(package_key(os, name, evr));
  return found == package_ids_.end() ? -1 : found->second;
}

}  // namespace spm::sandbox
