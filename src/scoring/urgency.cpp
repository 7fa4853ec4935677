#include "scoring/urgency.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace spm::scoring {
namespace {

template <std::size_t N>
double factor_of(const std::array<std::pair<std::string_view, double>, N>& factors, std::string_view word) {
  double worst = 0;
  for (const auto& [name, factor] : factors) {
    if (name == word) return factor;
    worst = std::max(worst, factor);
  }
  return worst;
}

constexpr std::array<std::pair<std::string_view, double>, 3> kExposure{{{"internal", 0.5}, {"dmz", 1.0}, {"external", 1.5}}};
constexpr std::array<std::pair<std::string_view, double>, 4> kCriticality{
    {{"low", 0.5}, {"medium", 1.0}, {"high", 1.5}, {"critical", 2.0}}};
constexpr std::array<std::pair<std::string_view, double>, 4> kData{
    {{"public", 0.5}, {"internal", 1.0}, {"confidential", 1.5}, {"restricted", 2.0}}};

double stand_in_cvss(ports::Severity severity) {
  switch (severity) {
    case ports::Severity::Critical: return 9.5;
    case ports::Severity::High: return 8.0;
    case ports::Severity::Low: return 3.0;
    case ports::Severity::Medium:
    case ports::Severity::Unknown: break;
  }
  return 5.5;
}

struct Rated {
  double cvss;
  double epss;
};

std::vector<Rated> rated_worst_first(std::span<const CveRisk> cves, double stand_in) {
  std::vector<Rated> out;
  for (const auto& cve : cves) {
    out.push_back(
        {std::clamp(cve.cvss.value_or(stand_in), 0.0, 10.0), cve.known_exploited ? 1.0 : std::clamp(cve.epss.value_or(0), 0.0, 1.0)});
  }
  std::sort(out.begin(), out.end(), [](const Rated& a, const Rated& b) { return std::pair(a.cvss, a.epss) > std::pair(b.cvss, b.epss); });
  return out;
}

}  // namespace

Context context_of(std::string_view exposure, std::string_view criticality, std::string_view data) {
  return {factor_of(kExposure, exposure), factor_of(kCriticality, criticality), factor_of(kData, data)};
}

Urgency urgency(std::span<const CveRisk> cves, ports::Severity severity, const Context& context) {
  if (cves.empty()) return {};
  double weighted = 0;
  double weights = 0;
  double weight = 1;
  for (const auto& [cvss, epss] : rated_worst_first(cves, stand_in_cvss(severity))) {
    weighted += weight * cvss * (1 + epss);
    weights += weight;
    weight /= 2;
  }
  const double technical = weighted / weights / 20 * 100;
  const double surroundings = 0.5 + (context.weight() - 0.125) / 5.875;
  const double volume = 1 + 0.1 * std::log2(static_cast<double>(cves.size()));
  const bool is_estimated = std::any_of(cves.begin(), cves.end(), [](const auto& cve) { return !cve.cvss; });
  return {std::clamp(technical * surroundings * volume, 0.0, 100.0), is_estimated};
}

std::string_view urgency_band(double score) {
  if (score >= 80) return "critical";
  if (score >= 60) return "high";
  if (score >= 40) return "medium";
  if (score >= 20) return "low";
  return "minimal";
}

}  // namespace spm::scoring
