#pragma once
// Which erratum makes another one superfluous: pure rules over values. Called after each sync for the whole catalogue.
//
// Same OS release, and either the same USN family with a higher revision, or every package of the older one in the newer one with a
// version that is not lower. Overlap alone does not supersede: the older one also fixes something else.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/versions.hpp"
#include "catalogue/types.hpp"

namespace spm::catalogue {

struct Candidate {
  AdvisoryName name;
  std::string target_os;
  std::string distribution;  // releases, comma-separated; one without a release ("ubuntu") is never the same release as anything
  std::optional<Time> issued_at;
  std::optional<std::vector<ports::Package>> packages;
};

// Of two errata with the very same packages and versions the one issued later (then the one with the greater name) supersedes.
[[nodiscard]] bool supersedes(const Candidate& newer, const Candidate& older, std::optional<versions::Family> family);

// For each erratum that another one supersedes: the latest of those. Following the pointers always ends. Agrees with supersedes(), but
// does not compare every erratum with every other one.
[[nodiscard]] std::map<AdvisoryName, AdvisoryName> find_successors(std::span<const Candidate> candidates);

}  // namespace spm::catalogue
