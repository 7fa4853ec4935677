#include "engine/way_back.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/package_grammar.hpp"
#include "engine/host.hpp"
#include "engine/text.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;
using versions::Family;

constexpr std::string_view kAptCache = "/var/cache/apt/archives";
constexpr auto kTimeout = 180s;

// dnf's installonlypkgs: a new version comes beside the old one.
bool comes_beside(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kBeside{"kernel",         "kernel-core",  "kernel-modules",      "kernel-modules-core",
                                                           "kernel-default", "kernel-devel", "kernel-modules-extra"};
  return std::find(kBeside.begin(), kBeside.end(), name) != kBeside.end();
}

Family family_for(const std::string& target_os) { return versions::family_of(target_os).value_or(Family::Deb); }

using Pairs = std::set<std::pair<std::string, std::string>>;  // bare name, version

// "   openssl | 3.0.2-0ubuntu1.10 | http://archive.ubuntu.com/ubuntu jammy-updates/main amd64 Packages". It lists what sources have, never
// what is merely installed.
Pairs read_madison(std::string_view output) {
  Pairs pairs;
  for (const auto line : lines(output)) {
    const auto fields = split(line, '|');
    if (fields.size() < 3 || trimmed(fields[2]).ends_with("Sources")) continue;
    pairs.emplace(trimmed(fields[0]), trimmed(fields[1]));
  }
  return pairs;
}

// "libssl3_3.0.2-0ubuntu1.10_amd64.deb"; the colon of an epoch is written %3a.
std::map<std::pair<std::string, std::string>, std::string> read_archive(std::string_view output) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.~%_-";
  std::map<std::pair<std::string, std::string>, std::string> files;
  for (const auto file : lines(output)) {
    const auto fields = split(file, '_');
    if (fields.size() != 3 || !file.ends_with(".deb") || file.find_first_not_of(kAllowed) != std::string_view::npos) continue;
    std::string version(fields[1]);
    if (const auto epoch = version.find("%3a"); epoch != std::string::npos) version.replace(epoch, 3, ":");
    files[{std::string(fields[0]), version}] = fmt::format("{}/{}", kAptCache, file);
  }
  return files;
}

// "openssl\t1:3.0.7-27.el9" of dnf repoquery.
Pairs read_repoquery(std::string_view output) {
  Pairs pairs;
  for (const auto line : lines(output)) {
    const auto fields = split(line, '\t');
    if (fields.size() != 2) continue;
    auto version = fields[1];
    if (version.starts_with("0:")) version.remove_prefix(2);
    pairs.emplace(fields[0], version);
  }
  return pairs;
}

// "v  | openssl | package | 1.1.1-1 | x86_64 | Main": "(System Packages)" is no repository.
Pairs read_zypper(std::string_view output) {
  Pairs pairs;
  for (const auto line : lines(output)) {
    const auto fields = split(line, '|');
    if (fields.size() < 6 || trimmed(fields[2]) != "package" || trimmed(fields[5]) == "(System Packages)") continue;
    pairs.emplace(trimmed(fields[1]), trimmed(fields[3]));
  }
  return pairs;
}

// zypper leaves the epoch out of what it prints.
std::string as_listed(const std::string& target_os, const std::string& version) {
  const auto colon = version.find(':');
  return target_os == "suse" && colon != std::string::npos ? version.substr(colon + 1) : version;
}

}  // namespace

Installed replaceable(const std::string& target_os, const Installed& installed, const std::vector<std::string>& erratum_packages) {
  const auto family = family_for(target_os);
  Installed found;
  for (const auto& [key, versions] : installed) {
    const auto name = bare_name(family, key);
    if (std::find(erratum_packages.begin(), erratum_packages.end(), name) == erratum_packages.end()) continue;
    if (family == Family::Rpm && comes_beside(name)) continue;
    found[key] = versions;
  }
  return found;
}

std::vector<ports::Command> ask_for_versions(const std::string& target_os, const Installed& packages) {
  if (packages.empty()) return {};
  const auto family = family_for(target_os);
  std::set<std::string> names;
  for (const auto& [key, versions] : packages) names.insert(family == Family::Rpm ? bare_name(family, key) : key);
  const auto with_names = [&](std::vector<std::string> argv) {
    argv.insert(argv.end(), names.begin(), names.end());
    return ports::Command{std::move(argv), kTimeout};
  };
  if (target_os == "rhel") return {with_names({"dnf", "-q", "repoquery", "--qf", "%{name}\\t%{epoch}:%{version}-%{release}\\n", "--"})};
  if (target_os == "suse") {
    return {with_names({"zypper", "--non-interactive", "--no-refresh", "search", "--details", "--match-exact", "--type", "package", "--"})};
  }
  return {with_names({"apt-cache", "madison", "--"}),
          {{"find", std::string(kAptCache), "-maxdepth", "1", "-name", "*.deb", "-printf", "%f\\n"}, 60s}};
}

Result<WayBackProof> prove_way_back(const std::string& target_os, const Installed& packages,
                                    const std::vector<ports::CommandOutput>& outputs) {
  WayBackProof proof;
  if (packages.empty()) return proof;
  const auto family = family_for(target_os);
  const auto& answer = outputs.front();
  if (answer.exit_status != 0) {
    const auto tool = target_os == "rhel" ? "dnf repoquery" : (target_os == "suse" ? "zypper search" : "apt-cache madison");
    return fail(ErrorCode::ValidationError, "which versions can be had could not be read: " + why_unusable(tool, answer));
  }
  const Pairs offered = target_os == "rhel" ? read_repoquery(answer.output)
                                            : (target_os == "suse" ? read_zypper(answer.output) : read_madison(answer.output));
  // A system that never installed from its repositories has no cache, and no folder for it: then there is nothing in it.
  const auto archive = outputs.size() > 1 && outputs[1].exit_status == 0 ? read_archive(outputs[1].output) : decltype(read_archive({})){};
  for (const auto& [key, versions] : packages) {
    const auto name = bare_name(family, key);
    for (const auto& version : versions) {
      if (offered.contains({name, as_listed(target_os, version)})) continue;
      const auto word = fmt::format("{}={}", key, version);
      if (const auto file = archive.find({name, version}); file != archive.end())
        proof.cached[word] = file->second;
      else
        proof.missing.push_back(word);
    }
  }
  return proof;
}

}  // namespace spm::engine
