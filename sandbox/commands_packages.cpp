// The package managers' own commands on a simulated system: dpkg-query, apt-get, rpm, dnf.
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/commands.hpp"
#include "sandbox/packages.hpp"

namespace spm::sandbox {
namespace {

CommandResult failed(int exit, std::string text) { return {.exit = exit, .out = {}, .err = std::move(text)}; }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

// Options are dropped; `valued` names those that take the next word.
std::vector<std::string> operands(const std::vector<std::string>& argv, const std::vector<std::string>& valued) {
  std::vector<std::string> words;
  bool options = true;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (options && argv[i] == "--")
      options = false;
    else if (options && std::find(valued.begin(), valued.end(), argv[i]) != valued.end())
      ++i;
    else if (!options || !argv[i].starts_with("-"))
      words.push_back(argv[i]);
  }
  return words;
}

bool has_option(const std::vector<std::string>& argv, std::string_view option) {
  return std::find(argv.begin(), argv.end(), option) != argv.end();
}

// Libraries are Multi-Arch: same, so dpkg names them with their architecture.
std::string binary_package(const std::string& name, const std::string& arch) {
  return arch != "all" && name.starts_with("lib") && !name.ends_with("-bin") ? name + ":" + arch : name;
}

CommandResult dpkg_query(CommandContext& context, const std::vector<std::string>& argv) {
  std::string format = "${binary:Package}\t${Version}\n";
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (argv[i] == "-f" && i + 1 < argv.size())
      format = argv[i + 1];
    else if (argv[i].starts_with("-f="))
      format = argv[i].substr(3);
    else if (argv[i].starts_with("--showformat="))
      format = argv[i].substr(13);
  }
  format = unescape(format);
  const auto names = operands(argv, {"-f"});
  CommandResult result;
  const auto print = [&](const std::string& name, const InstalledPackage& package) {
    std::string line = format;
    replace_all(line, "${binary:Package}", binary_package(name, package.arch));
    replace_all(line, "${Package}", name);
    replace_all(line, "${Version}", package.evr);
    replace_all(line, "${Architecture}", package.arch);
    replace_all(line, "${db:Status-Abbrev}", "ii ");
    replace_all(line, "${Status}", "install ok installed");
    result.out += line;
  };
  for (const auto& [name, versions] : context.host.packages) {
    if (names.empty() || std::find(names.begin(), names.end(), name) != names.end()) print(name, versions.back());
  }
  for (const auto& name : names) {
    if (context.host.packages.contains(name)) continue;
    result.err += fmt::format("dpkg-query: no packages found matching {}\n", name);
    result.exit = 1;
  }
  return result;
}

// "libssl3:amd64=3.0.2-0ubuntu1.10"; no version: the newest.
Result<PackageVersion> apt_target(const CommandContext& context, const std::string& word) {
  const auto equals = word.find('=');
  std::string name = word.substr(0, equals);
  if (const auto colon = name.find(':'); colon != std::string::npos) name.resize(colon);
  const auto versions = available_versions(context.world, context.host, name);
  if (versions.empty()) return fail(ErrorCode::NotFound, fmt::format("E: Unable to locate package {}\n", name));
  const std::string evr = equals == std::string::npos ? versions.back() : word.substr(equals + 1);
  if (std::find(versions.begin(), versions.end(), evr) == versions.end()) {
    return fail(ErrorCode::NotFound, fmt::format("E: Version '{}' for '{}' was not found\n", evr, name));
  }
  return PackageVersion{name, evr, ""};
}

bool downgrades(const Host& host, const PackageVersion& wanted) {
  const auto installed = host.packages.find(wanted.name);
  return installed != host.packages.end() && compare_evr(host.grammar(), newest_version(host.grammar(), installed->second), wanted.evr) > 0;
}

// What the sources offer, newest first; never what is merely installed, though here every version is still offered.
CommandResult apt_cache(CommandContext& context, const std::vector<std::string>& argv) {
  auto words = operands(argv, {"-o", "-c"});
  if (words.empty() || words.front() != "madison") return failed(100, "E: Invalid operation\n");
  words.erase(words.begin());
  CommandResult result;
  for (auto name : words) {
    if (const auto colon = name.find(':'); colon != std::string::npos) name.resize(colon);
    auto versions = available_versions(context.world, context.host, name);
    std::reverse(versions.begin(), versions.end());
    for (const auto& evr : versions)
      result.out +=
          fmt::format(" {:>10} | {:>10} | http://archive.sandbox.example {}/main amd64 Packages\n", name, evr, context.host.os->id);
    if (versions.empty()) result.err += fmt::format("N: Unable to locate package {}\n", name);
  }
  return result;
}

// find(1) as far as it is asked about the cache of the package manager, which is always empty: apt cleans up after itself.
CommandResult find(CommandContext&, const std::vector<std::string>& argv) {
  if (argv.size() > 1 && argv[1] == "/var/cache/apt/archives") return {};
  return failed(1, fmt::format("find: '{}': No such file or directory\n", argv.size() > 1 ? argv[1] : "."));
}

CommandResult apt_install(CommandContext& context, const std::vector<std::string>& argv, const std::vector<std::string>& words) {
  std::vector<PackageVersion> wanted;
  for (const auto& word : words) {
    auto target = apt_target(context, word);
    if (!target) return failed(100, target.error().message);
    if (downgrades(context.host, *target) && !has_option(argv, "--allow-downgrades")) {
      return failed(100, "E: Packages were downgraded and -y was used without --allow-downgrades.\n");
    }
    wanted.push_back(std::move(*target));
  }
  context.elapsed += Seconds(8 + 2 * static_cast<double>(wanted.size()));
  std::string message;
  const auto refusal = refusal_of(context.world, context.host, wanted, message);
  if (refusal == InstallRefusal::Fails)
    return failed(100, fmt::format("{}\nE: Sub-process /usr/bin/dpkg returned an error code (1)\n", message));
  if (refusal == InstallRefusal::DoesNothing)
    return {.exit = 0, .out = "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n", .err = {}};
  int lower = 0;
  for (const auto& package : wanted) lower += downgrades(context.host, package) ? 1 : 0;
  const auto changes = install_packages(context.world, context.host, wanted, context.cause);
  std::string out = "Reading package lists...\nBuilding dependency tree...\n";
  for (const auto& change : changes) out += fmt::format("Setting up {} ({}) ...\n", change.name, change.after);
  const auto upgraded = std::count_if(changes.begin(), changes.end(), [](const auto& change) { return !change.before.empty(); }) - lower;
  const auto fresh = static_cast<std::ptrdiff_t>(changes.size()) - upgraded - lower;
  return {
      .exit = 0,
      .out = out + fmt::format("{} upgraded, {} newly installed, {} downgraded, 0 to remove and 0 not upgraded.\n", upgraded, fresh, lower),
      .err = {}};
}

CommandResult apt_get(CommandContext& context, const std::vector<std::string>& argv) {
  auto words = operands(argv, {"-o", "-t", "-c"});
  if (words.empty()) return failed(100, "E: Invalid operation\n");
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "update" || verb == "clean") return {};
  if (context.host.package_lock_until > context.world.now()) {
    return failed(100, "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt-get)\n");
  }
  if (verb == "install") return apt_install(context, argv, words);
  if (verb != "remove" && verb != "purge") return failed(100, fmt::format("E: Invalid operation {}\n", verb));
  std::vector<PackageVersion> unwanted;
  for (auto name : words) {
    if (const auto colon = name.find(':'); colon != std::string::npos) name.resize(colon);
    unwanted.push_back({name, "", ""});
  }
  context.elapsed += Seconds(6);
  const auto changes = remove_packages(context.world, context.host, unwanted, context.cause);
  std::string out;
  for (const auto& change : changes) out += fmt::format("Removing {} ({}) ...\n", change.name, change.before);
  return {.exit = 0, .out = out, .err = {}};
}

std::string rpm_format(std::string format, const std::string& name, const InstalledPackage& package) {
  const auto evr = split_evr(Grammar::Rpm, package.evr);
  replace_all(format, "%{NAME}", name);
  replace_all(format, "%{EPOCHNUM}", evr.epoch.empty() ? "0" : evr.epoch);
  replace_all(format, "%{EPOCH}", evr.epoch.empty() ? "(none)" : evr.epoch);
  replace_all(format, "%{VERSION}", evr.version);
  replace_all(format, "%{RELEASE}", evr.release);
  replace_all(format, "%{ARCH}", package.arch);
  return format;
}

// "openssl-libs-1:3.0.7-27.el9.x86_64", with or without epoch and architecture; nullopt: nothing of that name and version.
std::optional<PackageVersion> find_nevra(const CommandContext& context, std::string spec) {
  std::string arch;
  for (const char* known : {"x86_64", "noarch", "i686", "aarch64"}) {
    if (spec.ends_with(std::string(".") + known)) arch = known;
  }
  if (!arch.empty()) spec.resize(spec.size() - arch.size() - 1);
  for (auto hyphen = spec.rfind('-'); hyphen != std::string::npos && hyphen != 0; hyphen = spec.rfind('-', hyphen - 1)) {
    const auto name = spec.substr(0, hyphen);
    const auto wanted = spec.substr(hyphen + 1);
    for (const auto& evr : available_versions(context.world, context.host, name)) {
      const auto colon = evr.find(':');
      const bool same = evr == wanted || "0:" + evr == wanted || (colon != std::string::npos && evr.substr(colon + 1) == wanted);
      if (same) return PackageVersion{name, evr, arch};
    }
  }
  return std::nullopt;
}

CommandResult rpm_erase(CommandContext& context, const std::vector<std::string>& specs) {
  std::vector<PackageVersion> unwanted;
  for (const auto& spec : specs) {
    auto found = find_nevra(context, spec);
    if (!found && context.host.packages.contains(spec)) found = PackageVersion{spec, "", ""};
    if (!found || !context.host.packages.contains(found->name)) return failed(1, fmt::format("error: package {} is not installed\n", spec));
    unwanted.push_back(std::move(*found));
  }
  context.elapsed += Seconds(4);
  remove_packages(context.world, context.host, unwanted, context.cause);
  return {};
}

CommandResult rpm(CommandContext& context, const std::vector<std::string>& argv) {
  std::string format = "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n";
  for (std::size_t i = 1; i + 1 < argv.size(); ++i) {
    if (argv[i] == "--qf" || argv[i] == "--queryformat") format = argv[i + 1];
  }
  format = unescape(format);
  const auto names = operands(argv, {"--qf", "--queryformat"});
  if (has_option(argv, "-e")) return rpm_erase(context, names);
  if (!has_option(argv, "-qa") && !has_option(argv, "-q")) return failed(1, "rpm: no operation given\n");
  CommandResult result;
  for (const auto& [name, versions] : context.host.packages) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    for (const auto& version : versions) result.out += rpm_format(format, name, version);
  }
  for (const auto& name : names) {
    if (context.host.packages.contains(name)) continue;
    result.out += fmt::format("package {} is not installed\n", name);
    ++result.exit;
  }
  return result;
}

CommandResult dnf_change(CommandContext& context, const std::string& verb, const std::vector<std::string>& specs) {
  std::vector<PackageVersion> wanted;
  for (const auto& spec : specs) {
    auto found = find_nevra(context, spec);
    if (!found && verb == "remove" && context.host.packages.contains(spec)) found = PackageVersion{spec, "", ""};
    if (!found && verb != "remove") {
      if (const auto versions = available_versions(context.world, context.host, spec); !versions.empty())
        found = PackageVersion{spec, versions.back(), ""};
    }
    if (!found)
      return failed(1, verb == "remove" ? fmt::format("No match for argument: {}\nNo packages marked for removal.\n", spec)
                                        : fmt::format("Error: Unable to find a match: {}\n", spec));
    if (verb == "downgrade" && !downgrades(context.host, *found) && !stays_beside_older(Grammar::Rpm, found->name)) {
      return failed(
          1, fmt::format("Package {} of lower version already installed, cannot downgrade it.\nError: No packages marked for downgrade.\n",
                         found->name));
    }
    wanted.push_back(std::move(*found));
  }
  context.elapsed += Seconds(8 + 2 * static_cast<double>(wanted.size()));
  std::string message;
  const auto refusal = verb == "remove" ? InstallRefusal::None : refusal_of(context.world, context.host, wanted, message);
  if (refusal == InstallRefusal::Fails) return failed(1, message + "\nError: Transaction failed\n");
  if (refusal == InstallRefusal::DoesNothing) return {.exit = 0, .out = "Dependencies resolved.\nNothing to do.\nComplete!\n", .err = {}};
  if (verb == "remove")
    remove_packages(context.world, context.host, wanted, context.cause);
  else
    install_packages(context.world, context.host, wanted, context.cause);
  return {.exit = 0, .out = "Dependencies resolved.\nComplete!\n", .err = {}};
}

CommandResult repoquery(CommandContext& context, std::string format, const std::vector<std::string>& names) {
  format = unescape(format);
  CommandResult result;
  for (const auto& name : names) {
    for (const auto& evr : available_versions(context.world, context.host, name)) {
      const auto parts = split_evr(Grammar::Rpm, evr);
      std::string line = format;
      replace_all(line, "%{name}", name);
      replace_all(line, "%{epoch}", parts.epoch.empty() ? "0" : parts.epoch);
      replace_all(line, "%{version}", parts.version);
      replace_all(line, "%{release}", parts.release);
      result.out += line;
    }
  }
  return result;
}

CommandResult dnf(CommandContext& context, const std::vector<std::string>& argv) {
  auto words = operands(argv, {"--setopt", "--qf", "--queryformat"});
  if (words.empty()) return failed(1, "usage: dnf [options] COMMAND\n");
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "needs-restarting") {
    if (!context.host.reboot_required())
      return {
          .exit = 0, .out = "No core libraries or services have been updated since boot-up.\nReboot should not be necessary.\n", .err = {}};
    return {.exit = 1,
            .out = fmt::format("Core libraries or services have been updated since boot-up:\n  * {}\n\nReboot is required to fully utilize "
                               "these updates.\nMore information: https://access.redhat.com/solutions/27943\n",
                               fmt::join(context.host.reboot_packages, "\n  * ")),
            .err = {}};
  }
  if (verb == "repoquery") {
    const auto format = std::find_if(argv.begin(), argv.end(), [](const auto& word) { return word == "--qf" || word == "--queryformat"; });
    if (format == argv.end() || format + 1 == argv.end()) return failed(1, "repoquery: a format is needed\n");
    return repoquery(context, *(format + 1), words);
  }
  if (verb == "makecache" || verb == "clean") return {};
  if (context.host.package_lock_until > context.world.now())
    return failed(1, "Error: Failed to obtain the transaction lock (logged in as: root).\n");
  if (verb == "downgrade" || verb == "install" || verb == "upgrade" || verb == "update" || verb == "remove")
    return dnf_change(context, verb, words);
  return failed(1, fmt::format("No such command: {}. Please use /usr/bin/dnf --help\n", verb));
}

}  // namespace

CommandFunction find_package_command(const Host& host, const std::string& name) {
  if (name == "find") return find;
  if (host.os->family == Family::Debian) {
    if (name == "apt-cache") return apt_cache;
    return name == "dpkg-query" ? dpkg_query : (name == "apt-get" ? apt_get : nullptr);
  }
  return name == "rpm" ? rpm : (name == "dnf" || name == "yum" ? dnf : nullptr);
}

}  // namespace spm::sandbox
