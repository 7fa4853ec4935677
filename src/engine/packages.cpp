#include "engine/packages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "base/package_grammar.hpp"
#include "engine/text.hpp"

namespace spm::engine {
namespace {

using versions::Family;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kPackageManagerTimeout = 15min;

tl::unexpected<Error> unreadable(std::string_view line) {
  return fail(ErrorCode::ValidationError, fmt::format("the package list has a line that cannot be read: \"{}\"", shortened(line, 120)));
}

// "libssl3:amd64\t3.0.2-0ubuntu1.10\tii \tamd64". The third field is what dpkg wants and what is: only 'n' (not installed) and 'c' (only
// its configuration files) mean absent; anything but 'i' is a package half-way, which must not compare equal to a whole one.
Result<bool> read_deb_line(std::string_view line, Installed& installed) {
  const auto fields = split(line, '\t');
  if (fields.size() < 3 || fields[2].size() < 2) return unreadable(line);
  const char state = fields[2][1];
  if (state == 'n' || state == 'c') return true;
  if (!is_package_name(Family::Deb, fields[0]) || !is_package_version(Family::Deb, fields[1])) return unreadable(line);
  const std::string version = state == 'i' ? std::string(fields[1]) : fmt::format("{} (half-way: {})", fields[1], trimmed(fields[2]));
  installed[std::string(fields[0])].insert(version);
  return true;
}

// "openssl\t1:3.0.7-27.el9\tx86_64"; epoch 0 is left out. gpg-pubkey entries are keys, not packages.
Result<bool> read_rpm_line(std::string_view line, Installed& installed) {
  const auto fields = split(line, '\t');
  if (fields.size() != 3) return unreadable(line);
  if (fields[0] == "gpg-pubkey") return true;
  std::string_view version = fields[1];
  for (const std::string_view zero : {"0:", "(none):"}) {
    if (version.starts_with(zero)) version.remove_prefix(zero.size());
  }
  if (!is_package_name(Family::Rpm, fields[0]) || !is_package_version(Family::Rpm, version) || !is_architecture(fields[2]))
    return unreadable(line);
  installed[fmt::format("{}.{}", fields[0], fields[2])].insert(std::string(version));
  return true;
}

Family family_for(const std::string& target_os) {
  const auto family = versions::family_of(target_os);
  if (!family) throw std::logic_error(fmt::format("no package family for {}", target_os));
  return *family;
}

// One package in one version, as the package manager of that OS takes it on its command line.
Result<std::string> argument(const std::string& target_os, const std::string& key, const std::string& version) {
  const Family family = family_for(target_os);
  const std::string name = family == Family::Rpm ? bare_name(family, key) : key;
  if (!is_package_name(family, name) || !is_package_version(family, version)) {
    return fail(ErrorCode::ValidationError,
                fmt::format("\"{}\" in version \"{}\" is no package that could be installed again", key, version));
  }
  if (target_os == "rhel") return fmt::format("{}-{}.{}", name, version, key.substr(name.size() + 1));
  return fmt::format("{}={}", name, version);
}

struct WayBack {
  std::vector<std::string> older;    // to install in the version of before, over another version
  std::vector<std::string> missing;  // to install again
  std::vector<std::string> surplus;  // to remove
};

Result<bool> add(WayBack& way, const std::string& target_os, const PackageChange& change) {
  const bool is_rpm = family_for(target_os) == Family::Rpm;
  for (const auto& version : change.before) {
    if (change.after.contains(version)) continue;
    const auto word = argument(target_os, change.name, version);
    if (!word) return tl::unexpected(word.error());
    (change.after.empty() ? way.missing : way.older).push_back(*word);
  }
  // A version that came beside the old one (a kernel), or a package that was not there at all. A replaced one goes by the downgrade.
  const bool came_beside = std::includes(change.after.begin(), change.after.end(), change.before.begin(), change.before.end());
  if (!came_beside) return true;
  for (const auto& version : change.after) {
    if (change.before.contains(version)) continue;
    const std::string name = is_rpm ? fmt::format("{}-{}.{}", bare_name(Family::Rpm, change.name), version,
                                                  change.name.substr(bare_name(Family::Rpm, change.name).size() + 1))
                                    : change.name;
    if (!is_package_name(family_for(target_os), is_rpm ? bare_name(Family::Rpm, change.name) : name)) {
      return fail(ErrorCode::ValidationError, fmt::format("\"{}\" is no package that could be removed", change.name));
    }
    way.surplus.push_back(name);
  }
  return true;
}

ports::Command with(std::vector<std::string> argv, const std::vector<std::string>& words) {
  argv.insert(argv.end(), words.begin(), words.end());
  return {std::move(argv), kPackageManagerTimeout};
}

std::vector<std::string> joined(std::vector<std::string> one, const std::vector<std::string>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

std::vector<ports::Command> apt_back(const WayBack& way) {
  std::vector<ports::Command> commands;
  const auto wanted = joined(way.older, way.missing);
  if (!wanted.empty())
    commands.push_back(with({"apt-get", "install", "-y", "--allow-downgrades", "-o", "Dpkg::Options::=--force-confold", "--"}, wanted));
  if (!way.surplus.empty()) commands.push_back(with({"apt-get", "remove", "-y", "--"}, way.surplus));
  return commands;
}

std::vector<ports::Command> dnf_back(const WayBack& way) {
  std::vector<ports::Command> commands;
  if (!way.older.empty()) commands.push_back(with({"dnf", "-y", "downgrade", "--"}, way.older));
  if (!way.missing.empty()) commands.push_back(with({"dnf", "-y", "install", "--"}, way.missing));
  if (!way.surplus.empty()) commands.push_back(with({"dnf", "-y", "remove", "--"}, way.surplus));
  return commands;
}

std::vector<ports::Command> zypper_back(const WayBack& way) {
  std::vector<ports::Command> commands;
  const auto wanted = joined(way.older, way.missing);
  if (!wanted.empty()) commands.push_back(with({"zypper", "--non-interactive", "install", "--oldpackage", "--"}, wanted));
  if (!way.surplus.empty()) commands.push_back(with({"rpm", "-e"}, way.surplus));
  return commands;
}

std::string joined_versions(const std::set<std::string>& versions) { return fmt::format("{}", fmt::join(versions, ", ")); }

}  // namespace

ports::Command list_packages(Family family) {
  if (family == Family::Deb)
    return {{"dpkg-query", "-W", "-f", "${binary:Package}\\t${Version}\\t${db:Status-Abbrev}\\t${Architecture}\\n"}, 60s};
  return {{"rpm", "-qa", "--qf", "%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"}, 60s};
}

Result<Installed> read_packages(Family family, std::string_view output) {
  Installed installed;
  for (const auto line : lines(output)) {
    const auto read = family == Family::Deb ? read_deb_line(line, installed) : read_rpm_line(line, installed);
    if (!read) return tl::unexpected(read.error());
  }
  if (installed.empty()) return fail(ErrorCode::ValidationError, "the package list is empty, which no system's is");
  return installed;
}

std::map<std::string, std::string> architectures_in(Family family, std::string_view output) {
  std::map<std::string, std::string> architectures;
  for (const auto line : lines(output)) {
    const auto fields = split(line, '\t');
    if (family == Family::Deb && fields.size() > 3 && is_architecture(fields[3]))
      architectures[std::string(fields[0])] = std::string(fields[3]);
    if (family == Family::Rpm && fields.size() == 3 && is_architecture(fields[2]))
      architectures[fmt::format("{}.{}", fields[0], fields[2])] = std::string(fields[2]);
  }
  return architectures;
}

std::vector<PackageChange> differences(const Installed& before, const Installed& after) {
  std::vector<PackageChange> changes;
  for (const auto& [name, versions] : before) {
    const auto now = after.find(name);
    if (now == after.end())
      changes.push_back({name, versions, {}});
    else if (now->second != versions)
      changes.push_back({name, versions, now->second});
  }
  for (const auto& [name, versions] : after) {
    if (!before.contains(name)) changes.push_back({name, {}, versions});
  }
  return changes;
}

std::string bare_name(Family family, std::string_view key) {
  const auto end = family == Family::Deb ? key.find(':') : key.rfind('.');
  return std::string(key.substr(0, end));
}

std::vector<PackageChange> of_erratum(Family family, const std::vector<PackageChange>& changes,
                                      const std::vector<std::string>& erratum_packages) {
  if (erratum_packages.empty()) return changes;
  std::vector<PackageChange> own;
  std::copy_if(changes.begin(), changes.end(), std::back_inserter(own), [&](const PackageChange& change) {
    return std::find(erratum_packages.begin(), erratum_packages.end(), bare_name(family, change.name)) != erratum_packages.end();
  });
  return own;
}

Result<std::vector<ports::Command>> commands_back(const std::string& target_os, const std::vector<PackageChange>& changes,
                                                  const std::map<std::string, std::string>& cached) {
  WayBack way;
  for (const auto& change : changes) {
    const auto added = add(way, target_os, change);
    if (!added) return tl::unexpected(added.error());
  }
  for (auto* words : {&way.older, &way.missing}) {
    for (auto& word : *words) {
      if (const auto file = cached.find(word); file != cached.end()) word = file->second;
    }
  }
  if (target_os == "rhel") return dnf_back(way);
  if (target_os == "suse") return zypper_back(way);
  return apt_back(way);
}

json::object to_json(const Installed& installed) {
  json::object stored;
  for (const auto& [name, versions] : installed) stored[name] = json::array(versions.begin(), versions.end());
  return stored;
}

Installed installed_from(const json::object& stored) {
  Installed installed;
  for (const auto& [name, versions] : stored) {
    for (const auto& version : versions.as_array()) installed[std::string(name)].insert(std::string(version.as_string()));
  }
  return installed;
}

json::array to_json(const std::vector<PackageChange>& changes) {
  json::array list;
  for (const auto& change : changes) {
    list.push_back(
        json::object{{"name", change.name}, {"before", joined_versions(change.before)}, {"after", joined_versions(change.after)}});
  }
  return list;
}

std::string describe(const std::vector<PackageChange>& changes) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(kNamed, changes.size()); ++i) {
    const auto text = [](const std::set<std::string>& versions) {
      return versions.empty() ? std::string("absent") : fmt::format("{}", fmt::join(versions, "+"));
    };
    parts.push_back(fmt::format("{} {} → {}", changes[i].name, text(changes[i].before), text(changes[i].after)));
  }
  if (changes.size() > kNamed) parts.push_back(fmt::format("and {} more", changes.size() - kNamed));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace spm::engine
