#pragma once
// Urgency: how much it matters to install an erratum, 0..100, higher is more pressing. The formula of a system's insecurity over the
// erratum's own CVEs, in the worst context among the systems that miss it. Pure.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ports/advisory_source.hpp"

namespace spm::scoring {

struct CveRisk {
  std::string id;
  std::optional<double> cvss;    // 0..10
  std::optional<double> epss;    // 0..1
  bool known_exploited = false;  // counts with EPSS 1
};

// Where a system stands. Multiplied: exposure × criticality × data, 0.125..6.
struct Context {
  double exposure = 0.5;     // internal 0.5, dmz 1, external 1.5
  double criticality = 1.0;  // low 0.5, medium 1, high 1.5, critical 2
  double data = 1.0;         // public 0.5, internal 1, confidential 1.5, restricted 2
  [[nodiscard]] double weight() const { return exposure * criticality * data; }
};

// The words of the systems table; a word that is not known counts as its worst.
[[nodiscard]] Context context_of(std::string_view exposure, std::string_view criticality, std::string_view data);

struct Urgency {
  double score = 0;           // 0..100
  bool is_estimated = false;  // a CVSS was missing, the severity stood in
};

// No CVEs: 0. A severity that is not known stands in as Medium.
[[nodiscard]] Urgency urgency(std::span<const CveRisk> cves, ports::Severity severity, const Context& context);

// "critical", "high", "medium", "low", "minimal".
[[nodiscard]] std::string_view urgency_band(double score);

}  // namespace spm::scoring
