#pragma once
// The packages of a system: reading the whole installed list, what differs between two lists, and the commands that lead back. Pure.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/versions.hpp"
#include "ports/commands.hpp"

namespace spm::engine {

// Key: the name as the package manager addresses it ("libssl3:amd64", "bash" for deb; "openssl.x86_64" for rpm). Value: the installed
// versions, more than one only where rpm keeps several (kernels).
using Installed = std::map<std::string, std::set<std::string>>;

struct PackageChange {
  std::string name;              // a key of Installed
  std::set<std::string> before;  // empty: was not installed
  std::set<std::string> after;   // empty: is not installed any more
  bool operator==(const PackageChange&) const = default;
};

[[nodiscard]] ports::Command list_packages(versions::Family family);
// An unreadable line, a bad name or an empty list is a ValidationError that says which; never an empty map.
[[nodiscard]] Result<Installed> read_packages(versions::Family family, std::string_view output);

// The architecture of each package of the same output; a line without one is left out.
[[nodiscard]] std::map<std::string, std::string> architectures_in(versions::Family family, std::string_view output);

[[nodiscard]] std::vector<PackageChange> differences(const Installed& before, const Installed& after);
// The name without its architecture, as errata write it.
[[nodiscard]] std::string bare_name(versions::Family family, std::string_view key);
// The changes of packages that the erratum names; all of them when its packages are not known.
[[nodiscard]] std::vector<PackageChange> of_erratum(versions::Family family, const std::vector<PackageChange>& changes,
                                                    const std::vector<std::string>& erratum_packages);

// The commands that bring `changes` back to `before`: old versions first, then what was added is removed. Empty when there is nothing to
// do. `cached` names files to install instead of versions that no repository has ("openssl=3.0-1" → path). A ValidationError when a
// recorded name or version does not fit its grammar: it must not become an argument.
[[nodiscard]] Result<std::vector<ports::Command>> commands_back(const std::string& target_os, const std::vector<PackageChange>& changes,
                                                                const std::map<std::string, std::string>& cached = {});

[[nodiscard]] json::object to_json(const Installed& installed);
[[nodiscard]] Installed installed_from(const json::object& stored);
[[nodiscard]] json::array to_json(const std::vector<PackageChange>& changes);  // [{"name", "before", "after"}], "" when not installed
// "openssl 3.0.2-1 → 3.0.2-2, libssl3 …, and 4 more": for sentences.
[[nodiscard]] std::string describe(const std::vector<PackageChange>& changes);

}  // namespace spm::engine
