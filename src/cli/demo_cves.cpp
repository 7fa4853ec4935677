#include "cli/demo_cves.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>

namespace spm::cli {
namespace {

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fail(ErrorCode::ServiceUnavailable, path.string() + " cannot be written");
  return {};
}

}  // namespace

Result<std::map<std::string, std::string>> write_cve_lists(const sandbox::Scenario& scenario, const std::string& directory) {
  if (scenario.cves.empty()) return std::map<std::string, std::string>{};
  json::array exploited;
  std::string figures = "cve,epss,cvss\n";
  for (const auto& cve : scenario.cves) {
    if (cve.exploited) exploited.push_back(json::object{{"cveID", cve.id}});
    figures += fmt::format("{},{},{}\n", cve.id, cve.epss, cve.cvss);
  }
  const auto folder = std::filesystem::absolute(directory);
  const auto kev = folder / "known-exploited.json";
  const auto scores = folder / "cve-figures.csv";
  if (auto written =
          write_file(kev, json::serialize(json::object{{"catalogVersion", scenario.name}, {"vulnerabilities", std::move(exploited)}}));
      !written)
    return tl::unexpected<Error>(written.error());
  if (auto written = write_file(scores, figures); !written) return tl::unexpected<Error>(written.error());
  return std::map<std::string, std::string>{
      {"KEV_SOURCE", kev.string()}, {"EPSS_SOURCE", scores.string()}, {"CVSS_SOURCE", scores.string()}};
}

}  // namespace spm::cli
