#pragma once
// Loads a catalogue of real advisories (one JSON object a line) into a scenario: all become errata, and for each operating system extra
// systems appear that have the packages in older versions, so that most apply. Pure but for reading the file.

#include "sandbox/scenario.hpp"

namespace spm::sandbox {

// The number of errata that came in. Fails with the line number of what cannot be read; the scenario is then unchanged.
[[nodiscard]] Result<std::size_t> import_catalogue(const std::string& path, Scenario& scenario);

}  // namespace spm::sandbox
