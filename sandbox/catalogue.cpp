#include "sandbox/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fstream>
#include <set>

#include "base/time.hpp"
#include "sandbox/os_profile.hpp"
#include "sandbox/scenario_fields.hpp"

namespace spm::sandbox {
namespace {

namespace json = boost::json;

// "almalinux8" → "almalinux-8".
std::string profile_id(const std::string& os) {
  if (find_profile(os) != nullptr) return os;
  const auto digits = os.find_first_of("0123456789");
  return digits == std::string::npos ? os : os.substr(0, digits) + "-" + os.substr(digits);
}

// The catalogue names no sizes; this one is stable for a package.
std::int64_t plausible_size(const std::string& name) {
  return 20'000 + static_cast<std::int64_t>(std::hash<std::string>{}(name) % 900'000);
}

// Sources name a package once for each architecture; here one is enough.
void add_package(std::vector<ErratumPackage>& packages, ErratumPackage package) {
  const bool known = std::any_of(packages.begin(), packages.end(),
                                 [&](const auto& other) { return other.name == package.name && other.evr == package.evr; });
  if (!known) packages.push_back(std::move(package));
}

std::vector<ErratumPackage> read_packages(const json::value& value) {
  std::vector<ErratumPackage> packages;
  if (!value.is_array()) throw ScenarioError("packages must be a list");
  for (const auto& item : value.get_array()) {
    const auto* pair = item.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_string() || !pair->at(1).is_string())
      throw ScenarioError("packages must be a list of [name, version]");
    ErratumPackage package;
    package.name = pair->at(0).get_string().c_str();
    package.evr = pair->at(1).get_string().c_str();
    package.size_bytes = plausible_size(package.name);
    add_package(packages, std::move(package));
  }
  return packages;
}

bool suggests_reboot(const std::vector<ErratumPackage>& packages) {
  return std::any_of(packages.begin(), packages.end(), [](const auto& package) {
    return package.name == "kernel" || package.name == "kernel-core" || package.name == "glibc";
  });
}

ErratumSpec read_line(const std::string& line) {
  boost::system::error_code error;
  const json::value document = json::parse(line, error);
  if (error) throw ScenarioError("is not JSON: " + error.message());
  Fields fields("advisory", document);
  ErratumSpec erratum;
  erratum.advisory = fields.text("advisory");
  erratum.os = profile_id(fields.text("os"));
  if (find_profile(erratum.os) == nullptr) fields.wrong("os", "is not a known operating system");
  erratum.type = fields.text("type", erratum.type);
  erratum.severity = fields.text("severity", erratum.severity);
  erratum.synopsis = fields.text("synopsis");
  erratum.description = erratum.synopsis;
  erratum.published = fields.text("published");
  if (!parse_time(erratum.published)) fields.wrong("published", "must be a time in UTC such as 2026-01-31T09:05:00Z");
  erratum.cves = fields.texts("cves");
  if (fields.has("packages")) erratum.packages = read_packages(document.at("packages"));
  erratum.reboot_suggested = suggests_reboot(erratum.packages);
  return erratum;
}

// Older than the lowest version that the catalogue has of this package.
std::string older(Grammar grammar, const std::string& lowest) {
  const auto parts = split_evr(grammar, lowest);
  const std::string epoch = parts.epoch.empty() ? "" : parts.epoch + ":";
  return epoch + parts.version + (grammar == Grammar::Deb ? "-0" : "-0.el");
}

SystemSpec make_system(const std::string& os, const std::map<std::string, std::string>& lowest, int number) {
  const auto& profile = *find_profile(os);
  const auto major = profile.release.substr(0, profile.release.find('.'));
  const std::string family = profile.family == Family::RedHat ? "rhel" : profile.release_id;
  SystemSpec system;
  system.os = os;
  system.test = number == 0;
  system.name = system.test ? fmt::format("test-{}{}-catalogue", profile.release_id, major)
                            : fmt::format("{}{}-catalogue-{}", profile.release_id, major, number);
  system.groups = {system.test ? fmt::format("test-{}{}", family, major) : "production"};
  for (const auto& [name, evr] : lowest) system.packages.emplace(name, older(profile.grammar(), evr));
  return system;
}

// Collects errata by name: a further line of the same name and OS adds its packages and CVEs to the first, one of another OS is left out.
class Import {
 public:
  explicit Import(const Scenario& scenario) {
    for (const auto& erratum : scenario.errata) taken_.insert(erratum.advisory);
  }

  void add(ErratumSpec erratum) {
    if (taken_.contains(erratum.advisory)) return;
    const auto [known, fresh] = by_name_.emplace(erratum.advisory, errata_.size());
    if (!fresh && errata_[known->second].os != erratum.os) return;
    note_lowest(erratum);
    if (fresh) return errata_.push_back(std::move(erratum));
    auto& first = errata_[known->second];
    for (auto& package : erratum.packages) add_package(first.packages, std::move(package));
    for (auto& cve : erratum.cves) {
      if (std::find(first.cves.begin(), first.cves.end(), cve) == first.cves.end()) first.cves.push_back(std::move(cve));
    }
  }

  std::size_t finish(Scenario& scenario) {
    constexpr int kSystemsEachOs = 3;
    for (const auto& [os, versions] : lowest_) {
      for (int number = 0; number < kSystemsEachOs; ++number) scenario.systems.push_back(make_system(os, versions, number));
    }
    std::move(errata_.begin(), errata_.end(), std::back_inserter(scenario.errata));
    return errata_.size();
  }

 private:
  void note_lowest(const ErratumSpec& erratum) {
    const auto grammar = find_profile(erratum.os)->grammar();
    for (const auto& package : erratum.packages) {
      const auto [entry, fresh] = lowest_[erratum.os].emplace(package.name, package.evr);
      if (!fresh && compare_evr(grammar, package.evr, entry->second) < 0) entry->second = package.evr;
    }
  }

  std::set<std::string> taken_;
  std::map<std::string, std::size_t> by_name_;
  std::vector<ErratumSpec> errata_;
  std::map<std::string, std::map<std::string, std::string>> lowest_;  // OS → package → version
};

}  // namespace

Result<std::size_t> import_catalogue(const std::string& path, Scenario& scenario) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::NotFound, fmt::format("the catalogue {} cannot be read", path));
  Import import(scenario);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    try {
      import.add(read_line(line));
    } catch (const ScenarioError& wrong) {
      return fail(ErrorCode::ValidationError, fmt::format("{}:{}: {}", path, number, wrong.what()));
    }
  }
  return import.finish(scenario);
}

}  // namespace spm::sandbox
