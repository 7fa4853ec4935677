#pragma once
// Whether a way back by packages exists before anything is changed: every installed package that the erratum may replace is still to be had
// in its present version, from a repository or from the package manager's own cache. Pure.

#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "engine/packages.hpp"
#include "ports/commands.hpp"

namespace spm::engine {

// What the erratum may replace. Packages that rpm keeps in several versions (kernels) are left out: their old version stays installed.
[[nodiscard]] Installed replaceable(const std::string& target_os, const Installed& installed,
                                    const std::vector<std::string>& erratum_packages);

// Commands that say in which versions these can be had; none when there is nothing to ask for.
[[nodiscard]] std::vector<ports::Command> ask_for_versions(const std::string& target_os, const Installed& packages);

struct WayBackProof {
  std::vector<std::string> missing;           // "openssl=3.0.2-0ubuntu1.10": not to be had any more
  std::map<std::string, std::string> cached;  // the same form → the file of the cache that is to be installed instead
  [[nodiscard]] bool is_proven() const { return missing.empty(); }
};

// From the outputs of those commands, in their order. A ValidationError when the answer says nothing: that is no proof.
[[nodiscard]] Result<WayBackProof> prove_way_back(const std::string& target_os, const Installed& packages,
                                                  const std::vector<ports::CommandOutput>& outputs);

}  // namespace spm::engine
