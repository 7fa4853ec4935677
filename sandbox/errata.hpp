#pragma once
// The errata of the world with the indexes that keep every question cheap: by id, by name, by CVE, and by operating system and package.
// Built once from the scenario, then immutable.

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/os_profile.hpp"
#include "sandbox/package_set.hpp"
#include "sandbox/scenario.hpp"

namespace spm::sandbox {

struct Erratum {
  int id = 0;  // as UYUNI schedules it
  ErratumSpec spec;
  std::vector<int> package_ids;  // as UYUNI knows them, parallel to spec.packages
};

struct Fix {
  std::size_t erratum = 0;  // index into all()
  std::size_t package = 0;  // index into its packages
};

class Errata {
 public:
  explicit Errata(const std::vector<ErratumSpec>& specs);

  [[nodiscard]] const std::vector<Erratum>& all() const { return all_; }
  [[nodiscard]] const Erratum* find(std::int64_t id) const;
  [[nodiscard]] const Erratum* find(const std::string& advisory) const;
  [[nodiscard]] std::vector<const Erratum*> by_cve(const std::string& cve) const;
  // What fixes this package on this OS; nullptr when nothing does.
  [[nodiscard]] const std::vector<Fix>* fixes(const std::string& os, const std::string& package) const;
  // Ids of the errata that are newer than what is installed, ascending.
  [[nodiscard]] std::vector<int> needed(const OsProfile& os, const PackageSet& packages) const;
  // -1 when no erratum brings exactly this package, as UYUNI says for a package that is in no channel.
  [[nodiscard]] int package_id(const std::string& os, const std::string& name, const std::string& evr) const;

 private:
  std::vector<Erratum> all_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_multimap<std::string, std::size_t> by_cve_;
  std::unordered_map<std::string, std::unordered_map<std::string, std::vector<Fix>>> fixes_;  // OS → package
  std::unordered_map<std::string, int> package_ids_;
};

}  // namespace spm::sandbox
