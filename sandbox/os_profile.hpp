#pragma once
// What an operating system release looks like: its names for the upstreams, the packages and services of a fresh server.
// Read once from the embedded lists of profiles/; immutable, so safe from any thread.

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/version.hpp"

namespace spm::sandbox {

enum class Family { Debian, RedHat };

struct BasePackage {
  std::string name;
  std::string evr;
  std::string arch;  // as the package manager names it: amd64, all, x86_64, noarch
};

enum class UnitStart { Running, Listening, Inactive };  // a service with a process, a socket, a unit that is not started at boot

struct BaseUnit {
  std::string name;  // "cron.service"
  std::string package;
  std::string description;
  UnitStart start = UnitStart::Running;
};

struct OsProfile {
  std::string id;  // "ubuntu-24.04"
  Family family = Family::Debian;
  std::string os;       // "Ubuntu", the grain
  std::string release;  // "24.04", "9.4"
  std::string codename;
  std::string pretty_name;
  std::string release_id;  // ID= of os-release
  std::string channel;     // label of the base channel
  std::string channel_name;
  std::string kernel;
  std::vector<BasePackage> packages;
  std::vector<BaseUnit> units;

  [[nodiscard]] Grammar grammar() const { return family == Family::Debian ? Grammar::Deb : Grammar::Rpm; }
  [[nodiscard]] std::string native_arch() const { return family == Family::Debian ? "amd64" : "x86_64"; }
  // UYUNI's arch label ("amd64-deb", "x86_64") of a package manager's arch.
  [[nodiscard]] std::string arch_label(const std::string& arch) const { return family == Family::Debian ? arch + "-deb" : arch; }
};

// nullptr when there is no such release.
[[nodiscard]] const OsProfile* find_profile(std::string_view id);
[[nodiscard]] std::vector<std::string> profile_ids();

// A role ("web", "database", …) brings packages and units of its own; empty for an unknown role.
struct RoleProfile {
  std::vector<BasePackage> packages;
  std::vector<BaseUnit> units;
};
[[nodiscard]] const RoleProfile* find_role(const OsProfile& os, std::string_view role);

}  // namespace spm::sandbox
